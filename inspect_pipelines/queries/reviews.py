"""Reviews: what waits for a person, what was said of it, and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.decision import Decision, open_changes, settled
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.ownership import OwnerRule, owners_of_views
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.review import Review, ReviewState
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.queries.json_shape import FLAT
from inspect_pipelines.queries.page import Page, page_of, position_of


@dataclass(frozen=True, slots=True)
class ReviewSummary:
    """The id of a review is its run's."""

    review: Review = field(metadata=FLAT)
    changed_views: tuple[View, ...]  # that differed when it was opened; empty: nothing was approved yet
    owners: tuple[str, ...] = ()  # who looks after these, as organization.yaml says


@dataclass(frozen=True, slots=True)
class ReviewDossier:
    review: Review = field(metadata=FLAT)
    status: RunStatus
    reason: str
    comparisons: tuple[Comparison, ...]  # that differ, as people have decided about them by now
    waiting_views: tuple[View, ...]  # of these, those that nobody has decided about
    decisions: tuple[Decision, ...]  # and proposals; on this run, oldest first
    followed: tuple[Decision, ...]  # of other runs, that decided this one


def list_reviews(
    house: House,
    state: ReviewState | None = None,
    *,
    is_single: bool = False,
    owner: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[ReviewSummary]:
    """A page of reviews, newest first by (opened_at, run_id).

    Args:
        is_single: Without those that ask by their environment alone, of which `queries/environments.py` tells.
        owner: Only of views that they look after.
    """
    before, found = position_of(cursor), list[ReviewSummary]()
    owner = owner.removeprefix("@") if owner is not None else None
    with house.ledger.read() as ledger:
        rules = ledger.organizations.find().owners
        while True:
            batch = ledger.review_queue.latest(state, is_single=is_single, before=before, limit=limit + 1)
            summaries = _summaries(ledger, rules, batch)
            found += [one for one in summaries if owner is None or owner in one.owners]
            if owner is None or len(batch) <= limit or len(found) > limit:
                break
            before = Position(batch[-1].opened_at, batch[-1].run_id)
    return page_of(found, limit, lambda one: Position(one.review.opened_at, one.review.run_id))


def _summaries(
    ledger: LedgerSession, rules: Sequence[OwnerRule], reviews: Sequence[Review]
) -> list[ReviewSummary]:
    ids = [one.run_id for one in reviews]
    compared = ledger.evidence.comparisons_of(ids)
    sessions = ledger.evidence.sessions_of(ids) if rules else {}
    found = []
    for one in reviews:
        changed = tuple(each.view for each in open_changes(compared.get(one.run_id, ())))
        seen = sessions.get(one.run_id, ())
        views = changed or [shot.view for session in seen for shot in session.screenshots]
        found.append(ReviewSummary(one, changed, owners_of_views(rules, one.definition_id, seen, views)))
    return found


def review_with(house: House, run_id: str) -> ReviewDossier | None:
    """The review of exactly that run; None: it asked nobody."""
    from inspect_pipelines.imaging.fingerprint import is_same_change  # OpenCV: only where it is asked for

    with house.ledger.read() as ledger:
        review = ledger.review_queue.find(RunId(run_id))
        run = ledger.runs.find(RunId(run_id))
        if review is None or run is None:
            return None
        kept = ledger.evidence.comparisons(run.id)
        about = ledger.decisions.about(review.set, [one.view for one in kept if not one.looks_as_approved])
        compared = settled(kept, about, now=house.clock.now(), same_change=is_same_change)
        made = ledger.decisions.of_runs([run.id]).get(run.id, [])
        own = {one.id for one in made}
        said = dict.fromkeys(one.said.decision_id for one in compared if one.said is not None)
        others = [ledger.decisions.find(one) for one in said if one not in own]
    return ReviewDossier(
        review,
        run.status,
        run.reason,
        tuple(one for one in compared if not one.looks_as_approved),
        tuple(one.view for one in open_changes(compared)),
        tuple(made),
        tuple(one for one in others if one is not None),
    )
