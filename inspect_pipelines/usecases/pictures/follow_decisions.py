"""Follow decisions: what a person decided about a change holds wherever exactly it shows again, and nobody is asked twice."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.decision import AUTOMATIC, reviewed_by_word, settled
from inspect_pipelines.domain.ids import DecisionId, RunId
from inspect_pipelines.ports.ledger import LedgerSession


def follow(
    ledger: LedgerSession, set_name: str, comparisons: Sequence[Comparison], *, at: datetime
) -> list[Comparison]:
    """The comparisons of a run as people have decided about what they show, as of now."""
    differing = [one.view for one in comparisons if not one.looks_as_approved]
    if not differing:
        return [*comparisons]
    from inspect_pipelines.imaging.fingerprint import is_same_change  # OpenCV: only where something differs

    decisions = ledger.decisions.about(set_name, differing)
    return settled(comparisons, decisions, now=at, same_change=is_same_change)


def keep_followed(
    ledger: LedgerSession,
    run_id: RunId,
    comparisons: Sequence[Comparison],
    *,
    own: Collection[DecisionId] = (),
    at: datetime,
) -> None:
    """Keep that a run was decided, in whole or in part, by what people had said of others; it is in the audit.

    Args:
        own: Decisions that were made on this very run.
    """
    review = reviewed_by_word(
        [one for one in comparisons if one.said is None or one.said.decision_id not in own]
    )
    if review is None:
        return
    decision, why = review
    ledger.reviews.append(run_id, decision, by=AUTOMATIC, detail=why, at=at)
    followed = dict.fromkeys(one.said.decision_id for one in comparisons if one.said is not None)
    ledger.decisions.follow([one for one in followed if one not in own], run_id)
