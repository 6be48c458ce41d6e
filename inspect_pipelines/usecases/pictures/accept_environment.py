"""Accept an environment: one word of a person about all definitions that another browser, other fonts, another system or scale touch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.access import Caller, Permission
from inspect_pipelines.domain.approval import Approval, approved
from inspect_pipelines.domain.decision import open_changes
from inspect_pipelines.domain.environment_change import AcceptedEnvironment, changes_in, id_of
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.review import Review, ReviewState
from inspect_pipelines.domain.wish import forbidden
from inspect_pipelines.errors import Forbidden, NotFound
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.alerts.store_consequences import store_consequences
from inspect_pipelines.usecases.pictures.follow_decisions import follow
from inspect_pipelines.usecases.pictures.gather_reviewed import gather_reviewed

DECIDED = "environment_accepted"  # how a run is reviewed by it


@dataclass(frozen=True, slots=True)
class EnvironmentAcceptance:
    """What accepting it left.

    Attributes:
        settled: Runs that wait no more: all that they show is within its tolerance.
        waiting: Runs that go on waiting, each in a review of its own: a view of theirs differs by more.
    """

    environment: str
    settled: tuple[RunId, ...]
    waiting: tuple[RunId, ...]


def accept_environment(
    house: House, environment_id: str, *, caller: Caller, note: str = ""
) -> EnvironmentAcceptance:
    """Say that what became of the environment is right, for the whole organisation.

    It takes over no picture and excuses none: from now on runs in that environment are judged as any others, and the next
    one that passes makes its pictures the approved ones.

    Args:
        house: Ports.
        environment_id: Of a review that waits.
        caller: Who says so; it takes the right to make pictures the approved ones.
        note: Kept with it.

    Raises:
        NotFound: No such review waits.
        Forbidden: Not by them.
    """
    now = house.clock.now()
    with house.ledger.write() as ledger:
        waiting = ledger.review_queue.waiting_by_environment()
        asking = next((one for one in waiting if id_of(one.environment) == environment_id), None)
        if asking is None:
            raise NotFound(
                f"no environment {environment_id!r} waits for a person; list them with: "
                "inspect-pipelines environments list"
            )
        allowed = ledger.organizations.find().machines_finalize
        needed = (Permission.REVIEW_DECIDE, Permission.BASELINE_FINALIZE)
        if problem := forbidden(needed, caller, machines_finalize=allowed):
            raise Forbidden(problem)
        for change in changes_in(asking.environment):
            ledger.environments.accept(
                AcceptedEnvironment(asking.org_id, change, caller.actor, now, note.strip())
            )
        settled, left = _settle(ledger, waiting, by=caller.actor, at=now)
    return EnvironmentAcceptance(asking.environment, settled, left)


def _settle(
    ledger: LedgerSession, waiting: Sequence[Review], *, by: str, at: datetime
) -> tuple[tuple[RunId, ...], tuple[RunId, ...]]:
    """End what waits by accepted changes only; (those that wait no more, those that wait by what they show)."""
    known = ledger.environments.accepted_of({name for one in waiting for name in changes_in(one.environment)})
    settled: list[RunId] = []
    left: list[RunId] = []
    for review in waiting:
        if not known.issuperset(changes_in(review.environment)):
            continue
        is_open = _end(ledger, review, by=by, at=at)
        (left if is_open else settled).append(review.run_id)
    return tuple(settled), tuple(left)


def _end(ledger: LedgerSession, review: Review, *, by: str, at: datetime) -> bool:
    """End one; returns whether something that its run shows still waits."""
    compared = follow(ledger, review.set, ledger.evidence.comparisons(review.run_id), at=at)
    is_open = bool(open_changes(compared))
    if is_open:
        ledger.review_queue.single_out(review.run_id)
    else:
        ledger.review_queue.mark(review.run_id, ReviewState.DECIDED)
    run = ledger.runs.find(review.run_id)
    if run is None:  # its evidence is pruned
        return is_open
    ledger.reviews.append(run.id, DECIDED, by=by, detail=review.environment, at=at)
    definition = ledger.definitions.find(run.definition_id)
    reviewed = gather_reviewed(ledger, run, definition, at=at)
    approval = Approval(frozenset(), is_whole=not is_open, is_mended=not is_open, is_of_environment=True)
    store_consequences(ledger, approved(reviewed, None, approval, by=by, at=at), at=at)
    return is_open
