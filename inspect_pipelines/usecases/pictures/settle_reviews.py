"""Settle reviews: what waits, once a person has spoken; the same change in another run waits no longer either."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.decision import open_changes
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.review import ReviewState, context_of, review_of
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.pictures.follow_decisions import follow, keep_followed

LOOKED = (RunStatus.PASSED, RunStatus.FAILED, RunStatus.NEEDS_REVIEW)  # such a run has shown how it is now


def open_review(
    ledger: LedgerSession,
    run: Run,
    set_name: str,
    comparisons: Sequence[Comparison],
    *,
    environment: str = "",
    at: datetime,
) -> None:
    """What a run's end means for the queue: older runs of the same wait no longer, and this one may."""
    if run.status not in LOOKED:
        return
    if not run.is_partial:  # what it did not look at still waits
        ledger.review_queue.supersede(run.definition_id, context_of(run), by=run.id)
    review = review_of(run, set_name, comparisons, environment=environment, at=at)
    if review is not None:
        ledger.review_queue.open(review)


def settle_reviews(ledger: LedgerSession, set_name: str, *, at: datetime, decided: RunId | None) -> None:
    """Take out of the queue what a person has decided, and what their words decide in other runs of the set.

    Args:
        decided: The run of which nothing waits any more; None: some of it does.
    """
    if decided is not None:
        ledger.review_queue.mark(decided, ReviewState.DECIDED)
    for review in ledger.review_queue.waiting_in(set_name):
        before = ledger.evidence.comparisons(review.run_id)
        if review.run_id == decided or not open_changes(before):
            continue  # a first run, or another environment: no word about a change settles it
        after = follow(ledger, set_name, before, at=at)
        if open_changes(after):
            continue
        ledger.review_queue.mark(review.run_id, ReviewState.DECIDED)
        own = ledger.decisions.of_runs([review.run_id]).get(review.run_id, ())
        keep_followed(ledger, review.run_id, after, own=[one.id for one in own], at=at)
