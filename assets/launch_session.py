"""First op: the door, and a session for each playbook."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import dagster as dg

from assets import tags
from assets.guard import concluding
from assets.lost import ticket_of
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.run import Door
from inspect_pipelines.domain.session_request import session_requests
from inspect_pipelines.errors import Refused, Unreadable
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.definition import definition_of
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.expire import expire
from inspect_pipelines.usecases.runs.project import project
from inspect_pipelines.usecases.runs.tidy_up import tidy_up_late


@dg.op(out={"run_id": dg.Out(str, is_required=False)})
def launch_session(
    context: dg.OpExecutionContext, house: dg.ResourceParam[House]
) -> Iterator[dg.Output[str]]:
    """Claim the run, or end green when another Dagster run has it or it may not run now."""
    dagster_run_id = context.run.run_id
    with _telling_why_not(context):
        house.workers.hold(dagster_run_id)
        expire(house)  # a run whose worker died must not keep this one out, also when no daemon reconciles
        ticket = replace(ticket_of(context.run), queued_at=_queued_at(context))
        house.clock.sleep(start.pause_before(house, ticket))
        admission = start.admit(house, ticket)
    run = admission.run
    if admission.door is Door.DUPLICATE:
        context.instance.add_run_tags(dagster_run_id, {tags.DUPLICATE_OF: run.id})
        context.log.info(f"run {run.id} belongs to Dagster run {run.dagster_run_id}; nothing to do here")
        return
    context.instance.add_run_tags(dagster_run_id, {tags.RUN: run.id})
    if admission.door is Door.BUFFERED:
        context.instance.add_run_tags(dagster_run_id, {tags.BUFFERED: run.id})
        context.log.info(
            f"run {run.id} waits for the open run of {run.definition_id!r}; it is launched again then"
        )
        return
    if admission.door is Door.SKIPPED:
        context.instance.add_run_tags(dagster_run_id, {tags.SKIPPED: run.reason})
        context.log.warning(f"run {run.id} was skipped: {run.reason}")
        context.log.info(project(house))
        return
    with concluding(house, run.id):
        for said in tidy_up_late(house):
            context.log.warning(f"{said} (recorded as late)")
        requests = session_requests(run, definition_of(house, run.definition_id))
        playbooks = ", ".join(request.playbook.id for request in requests)
        context.log.info(
            f"run {run.id}: {len(requests)} session(s) to play: {playbooks}; until {run.deadline_at}"
        )
    yield dg.Output(
        RunId(run.id),
        "run_id",
        metadata={
            "run": run.id,
            "origin": run.origin,
            "playbooks": playbooks,
            "deadline": str(run.deadline_at),
        },
    )


@contextmanager
def _telling_why_not(context: dg.OpExecutionContext) -> Iterator[None]:
    """Leave the reason with Dagster, where this process cannot read what a newer one stored and so cannot conclude the run.

    Whoever reconciles it says so then.
    """
    try:
        yield
    except (Unreadable, Refused) as error:
        context.instance.add_run_tags(context.run.run_id, {tags.REFUSED: str(error)})
        raise


def _queued_at(context: dg.OpExecutionContext) -> datetime | None:
    record = context.instance.get_run_record_by_id(context.run.run_id)
    return record.create_timestamp.astimezone(UTC) if record is not None else None
