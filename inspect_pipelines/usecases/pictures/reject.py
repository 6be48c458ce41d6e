"""Reject pictures: a person's no."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from inspect_pipelines.domain.access import Caller, Permission
from inspect_pipelines.domain.against import refuse_as_baseline
from inspect_pipelines.domain.approval import rejected
from inspect_pipelines.domain.baseline import baseline_set
from inspect_pipelines.domain.decision import open_changes
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.way import CLI
from inspect_pipelines.domain.wish import forbidden
from inspect_pipelines.errors import Forbidden, NotFound, Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.alerts.store_consequences import store_consequences
from inspect_pipelines.usecases.pictures.follow_decisions import follow
from inspect_pipelines.usecases.pictures.gather_reviewed import gather_reviewed
from inspect_pipelines.usecases.pictures.keep_decisions import Deed, keep_decisions
from inspect_pipelines.usecases.pictures.settle_reviews import settle_reviews

REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Rejection:
    """What became of it."""

    run: Run
    incidents: tuple[Incident, ...]  # that are known from now on


def reject_run(house: House, run_id: RunId, *, caller: Caller, note: str) -> Rejection:
    """All that differs in a run, called a defect by whoever may; raises as `reject`, and `Forbidden`."""
    with house.ledger.read() as ledger:
        allowed = ledger.organizations.find().machines_finalize
    if problem := forbidden((Permission.REVIEW_DECIDE,), caller, machines_finalize=allowed):
        raise Forbidden(problem)
    return reject(house, run_id, by=caller.actor, note=note)


def reject(house: House, run_id: RunId, *, by: str, note: str, views: Collection[View] = ()) -> Rejection:
    """Say that what a run shows is a defect: its incidents are known from now on, and its commit has failed.

    The baseline stays; the next run that shows the same joins the incident, and nobody is told again before it is over.

    Args:
        views: Of what differs only these; empty: all of it.

    Raises:
        NotFound: No such run.
        Refused: It did not fail by what it saw, or the note is empty.
    """
    now, note = house.clock.now(), note.strip()
    with house.ledger.write() as ledger:
        run = ledger.runs.find(run_id)
        if run is None:
            raise NotFound(f"run {run_id!r} does not exist; list them with: inspect-pipelines runs")
        refuse_as_baseline(run)
        _refuse_unfit(run, note)
        definition = ledger.definitions.find(run.definition_id)
        reviewed = gather_reviewed(ledger, run, definition, at=now)
        after = rejected(reviewed, by=by, note=note, at=now)
        ledger.reviews.append(run.id, REJECTED, by=by, detail=note, at=now)
        set_name = baseline_set(definition, run)
        comparisons = follow(ledger, set_name, ledger.evidence.comparisons(run.id), at=now)
        deed = Deed(DecisionKind.REJECT, run, set_name, by, now, note, via=house.via or CLI)
        # What somebody accepted before passes; whoever names it all the same means it.
        meant = [one for one in comparisons if (one.view in views if views else not one.passed)]
        if not keep_decisions(house, ledger, deed, meant) and views:
            raise Refused(
                f"run {run.id!r} is not rejected: each of these views looks as approved, or was rejected before; "
                f"see them with: inspect-pipelines reviews show {run.id}"
            )
        after_it = follow(ledger, set_name, comparisons, at=now)
        settle_reviews(ledger, set_name, at=now, decided=None if open_changes(after_it) else run.id)
        store_consequences(ledger, after, at=now)
        return Rejection(run, after.incidents)


def _refuse_unfit(run: Run, note: str) -> None:
    if run.status not in (RunStatus.FAILED, RunStatus.NEEDS_REVIEW):
        raise Refused(
            f"run {run.id!r} cannot be rejected: it is {run.status.value!r}, "
            "and only what a run saw and found different can be called a defect"
        )
    if not note:
        raise Refused(f"run {run.id!r} cannot be rejected without a note; say what is wrong with --note TEXT")
