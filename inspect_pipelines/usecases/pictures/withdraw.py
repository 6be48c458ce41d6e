"""Withdraw a decision: what was said is taken back, while nothing was built on it."""

from __future__ import annotations

from datetime import datetime

from inspect_pipelines.domain.access import Caller, Permission
from inspect_pipelines.domain.any_of import hashes
from inspect_pipelines.domain.approval import withdrawn
from inspect_pipelines.domain.decision import OF_READABLE, Decision, open_changes
from inspect_pipelines.domain.ids import DecisionId
from inspect_pipelines.domain.review import WITHDRAWN, ReviewState, context_of
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.wish import forbidden
from inspect_pipelines.errors import Forbidden, NotFound, Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.alerts.store_consequences import store_consequences
from inspect_pipelines.usecases.pictures.follow_decisions import follow
from inspect_pipelines.usecases.pictures.gather_reviewed import gather_reviewed

SEEN = (RunStatus.PASSED, RunStatus.FAILED, RunStatus.NEEDS_REVIEW)  # runs that saw the site
LOOK_BACK = 50  # runs; among more of other branches it is taken for an old one


def withdraw(house: House, decision_id: DecisionId, *, caller: Caller) -> Decision:
    """Take a decision back: its view waits again, in the run that it was made on too. It stays known that it was made.

    Who may propose takes back proposals and quarantines; anything else takes the right to decide.

    Raises:
        NotFound: There is none of that id.
        Forbidden: Not by them.
        Refused: It was taken back before, or something was built on it.
    """
    now = house.clock.now()
    with house.ledger.write() as ledger:
        decision = ledger.decisions.find(decision_id)
        if decision is None:
            raise NotFound(
                f"decision {decision_id!r} does not exist; see a run's with: inspect-pipelines reviews show RUN"
            )
        is_light = decision.is_proposal or decision.kind is DecisionKind.QUARANTINE
        right = Permission.REVIEW_PROPOSE if is_light else Permission.REVIEW_DECIDE
        allowed = ledger.organizations.find().machines_finalize
        if problem := forbidden((right,), caller, machines_finalize=allowed):
            raise Forbidden(problem)
        _refuse_built_on(ledger, decision)
        ledger.decisions.withdraw(decision.id, by=caller.actor, at=now)
        if not decision.is_proposal:
            detail = f"{decision.kind.past} '{decision.shown.view}' (decision {decision.id})"
            ledger.reviews.append(decision.run_id, WITHDRAWN, by=caller.actor, detail=detail, at=now)
            _settle(ledger, decision, by=caller.actor, at=now)
        found = ledger.decisions.find(decision.id)
        assert found is not None  # it was there just now
        return found


def _settle(ledger: LedgerSession, decision: Decision, *, by: str, at: datetime) -> None:
    """The review of its run, the incidents and the commit, without it."""
    run = ledger.runs.find(decision.run_id)
    if run is None:
        return  # its evidence is pruned, and nobody waits for it
    compared = follow(ledger, decision.set, ledger.evidence.comparisons(run.id), at=at)
    open_now = open_changes(compared)
    if open_now:
        ledger.review_queue.mark(run.id, ReviewState.WAITING)
    definition = ledger.definitions.find(run.definition_id)
    reviewed = gather_reviewed(ledger, run, definition, at=at)
    after = withdrawn(
        reviewed,
        decision,
        waits=bool(open_now),
        by=by,
        at=at,
        again=open_now if _is_newest(ledger, run) else (),
        said_at={one.at for one in ledger.decisions.of_runs([run.id]).get(run.id, ())},
    )
    store_consequences(ledger, after, at=at)


def _is_newest(ledger: LedgerSession, run: Run) -> bool:
    """Whether no later run of the definition says how its branch, or pull request, looks now."""
    later = ledger.runs.latest(definition_id=run.definition_id, status=SEEN, limit=LOOK_BACK)
    return next((one.id for one in later if context_of(one) == context_of(run)), None) == run.id


def _refuse_built_on(ledger: LedgerSession, decision: Decision) -> None:
    """A quarantine may always end early, and a rejection; what let another run pass, or became a baseline, stands."""
    name = f"decision {decision.id!r} cannot be taken back"
    if decision.withdrawn_at is not None:
        who = decision.withdrawn_by.removeprefix("user:")
        raise Refused(f"{name}: {who} did so at {decision.withdrawn_at:%Y-%m-%d %H:%M} UTC")
    if decision.baseline_id is not None:
        raise Refused(
            f"{name}: it made baseline {decision.baseline_id}; go back to the one before with: "
            f"inspect-pipelines baselines rollback {decision.set}"
        )
    if _is_approved(ledger, decision):
        raise Refused(
            f"{name}: its picture is the approved one by now; go back to the one before with: "
            f"inspect-pipelines baselines rollback {decision.set}"
        )
    followers = ledger.decisions.followers(decision.id)
    if followers and decision.kind in OF_READABLE:
        raise Refused(
            f"{name}: run {followers[0]} was decided by it; decide the other way on a run that shows the change again"
        )


def _is_approved(ledger: LedgerSession, decision: Decision) -> bool:
    """Whether what was only accepted became the approved picture afterwards, by whoever finalised the run."""
    if decision.kind is not DecisionKind.ACCEPT or decision.is_proposal:
        return False
    active = ledger.baselines.active(decision.set)
    if active is None or active.source_run_id != decision.run_id:
        return False
    return decision.shown.new_sha256 in (hashes(active.images.get(decision.shown.view)) or {None})
