"""What the API can do with reviews. Written by `python docs/client.py`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from inspect_pipelines.client.noun import Noun, below
from inspect_pipelines.client.pages import Pages
from inspect_pipelines.domain.decision import Decision
from inspect_pipelines.domain.review import ReviewState
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.queries.reviews import ReviewDossier, ReviewSummary


class Reviews(Noun):
    """`client.reviews`."""

    def list(
        self,
        *,
        state: ReviewState | None = None,
        single: bool = False,
        owner: str | None = None,
        page_size: int = 50,
        cursor: str | None = None,
    ) -> Pages[ReviewSummary]:
        """What runs showed and people were asked about, newest first by (opened_at, run_id)."""
        return self._pages(
            ReviewSummary,
            "/reviews",
            {"state": state, "single": single, "owner": owner},
            page_size=page_size,
            cursor=cursor,
        )

    def show(self, review_id: str) -> ReviewDossier:
        """What differs in a run, and what was said of it; the id of a review is its run's."""
        return self._one(ReviewDossier, "GET", below("/reviews/{review_id}", review_id=review_id))

    def say(
        self,
        review_id: str,
        *,
        decision: DecisionKind,
        views: Sequence[str] = (),
        note: str = "",
        owner: str = "",
        until: datetime | None = None,
        finalize: bool = False,
        force: bool = False,
        is_proposal: bool = False,
        as_variant: bool = False,
        key: str | None = None,
    ) -> tuple[Decision, ...]:
        """Say of what differs that it is right, a defect, of no matter, or to be left alone for a while.

        It takes `review:decide`; to propose (`is_proposal`) and to quarantine takes `review:propose`, and `finalize` takes
        `baseline:finalize`. Answers with one decision a view. A view of a run that asked nobody may be quarantined, too.
        """
        return self._many(
            Decision,
            "POST",
            below("/reviews/{review_id}/decisions", review_id=review_id),
            body={
                "decision": decision,
                "views": views,
                "note": note,
                "owner": owner,
                "until": until,
                "finalize": finalize,
                "force": force,
                "is_proposal": is_proposal,
                "as_variant": as_variant,
            },
            headers={"Idempotency-Key": key},
        )

    def take_back(self, review_id: str, decision_id: str, *, key: str | None = None) -> Decision:
        """Take a decision back, while nothing was built on it; its view waits again."""
        return self._one(
            Decision,
            "POST",
            below(
                "/reviews/{review_id}/decisions/{decision_id}/withdraw",
                review_id=review_id,
                decision_id=decision_id,
            ),
            headers={"Idempotency-Key": key},
        )

    def take_back_by_id(self, decision_id: str, *, key: str | None = None) -> Decision:
        """The same by the decision's id alone."""
        return self._one(
            Decision,
            "POST",
            below("/decisions/{decision_id}/withdraw", decision_id=decision_id),
            headers={"Idempotency-Key": key},
        )
