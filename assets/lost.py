"""Runs that nobody works on any more: their end, with us and with Dagster."""

from __future__ import annotations

import dagster as dg

from assets import tags
from inspect_pipelines.domain.ids import DefinitionId, OrgId
from inspect_pipelines.domain.run import Door, Run, RunStatus
from inspect_pipelines.ports.estate import Estate
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.run import runs_of_dagster
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.lose import lose

CANCELLED = "cancelled in Dagster"
STOPPED_WITH_UP = (
    "`inspect-pipelines up` was stopped while it was in progress; "
    "play it again with `inspect-pipelines runs retry`"
)


def ticket_of(run: dg.DagsterRun) -> start.Ticket:
    """What a Dagster run of one of our jobs shows at the door."""
    return start.Ticket(
        definition_id=DefinitionId(run.tags[tags.DEFINITION]),
        dagster_run_id=run.run_id,
        origin=run.tags.get(tags.ORIGIN),
        parent_dagster_run_id=run.tags.get(tags.PARENT),
    )


def house_of(estate: Estate, run: dg.DagsterRun) -> House | None:
    """The house of the organisation whose run it is; None: no job of ours made it."""
    if tags.DEFINITION not in run.tags or tags.ORG not in run.tags:
        return None
    return estate.house(OrgId(run.tags[tags.ORG]))


def conclude_lost(estate: Estate, run: dg.DagsterRun, why: str) -> Run | None:
    """Conclude our run of a Dagster run without a worker; one that never came to the door goes through it now.

    Returns:
        The run, when this call concluded it or let it wait again; None when it had ended, is somebody else's, or is no run
        of ours.
    """
    house = house_of(estate, run)
    if house is None:
        return None
    ours = runs_of_dagster(house, [run.run_id]).get(run.run_id)
    if ours is None:
        admission = start.admit(house, ticket_of(run))
        if admission.door is not Door.ADMITTED:
            return None
        ours = admission.run
    if not ours.status.is_open:
        return None
    refused = run.tags.get(tags.REFUSED)
    otherwise = RunStatus.ERROR, refused or f"its worker was lost: {why}; start it again"
    if run.status in (dg.DagsterRunStatus.CANCELING, dg.DagsterRunStatus.CANCELED):
        otherwise = RunStatus.CANCELLED, CANCELLED
    return lose(house, ours, otherwise=otherwise)


def report_end(instance: dg.DagsterInstance, dagster_run_id: str, why: str) -> bool:
    """Store the end of a Dagster run that did not do so itself: canceled when that was asked, else failed.

    Returns:
        False when it had ended before, or is unknown.
    """
    run = instance.get_run_by_id(dagster_run_id)
    if run is None or run.is_finished:
        return False
    if run.status is dg.DagsterRunStatus.CANCELING:
        instance.report_run_canceled(run, f"Canceled; {why}.")
    else:
        instance.report_run_failed(run, f"The run failed; {why}.")
    return True
