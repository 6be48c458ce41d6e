"""`/reviews`: what waits for a person, and what they say of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.decision import Decision
from inspect_pipelines.domain.ids import DecisionId, RunId
from inspect_pipelines.domain.review import ReviewState
from inspect_pipelines.queries.reviews import ReviewDossier, ReviewSummary, list_reviews, review_with
from inspect_pipelines.queries.run import current_run
from inspect_pipelines.usecases.pictures.decide import decide
from inspect_pipelines.usecases.pictures.withdraw import withdraw
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.deed import Deed
from inspect_pipelines.web.api.review_wishes import DecisionWish
from inspect_pipelines.web.api.route import (
    USUAL,
    Answer,
    AskedBy,
    AskedByKey,
    AskedOnce,
    Cursor,
    Limit,
    Routes,
)


def reviews(gate: Gate) -> Routes:
    routes = Routes(gate, "reviews")
    sees = permitted(Permission.PICTURES_READ)
    says = permitted(Permission.REVIEW_PROPOSE, Permission.REVIEW_DECIDE, Permission.BASELINE_FINALIZE)
    withdraws = permitted(Permission.REVIEW_PROPOSE, Permission.REVIEW_DECIDE)

    @routes.get("/reviews", sees, Answer(ReviewSummary, is_page=True))
    def list_(
        asked: AskedBy,
        state: Annotated[
            ReviewState | None, Query(description="Only these; `waiting` is the inbox. Without it: all.")
        ] = None,
        single: Annotated[
            bool, Query(description="Without those that ask by their environment alone: see `/environments`.")
        ] = False,
        owner: Annotated[
            str | None, Query(max_length=200, description="Only of views that they look after: see `owners`.")
        ] = None,
        limit: Limit = USUAL,
        cursor: Cursor = None,
    ) -> Response:
        """What runs showed and people were asked about, newest first by (opened_at, run_id)."""
        return asked.page(
            list_reviews(asked.house, state, is_single=single, owner=owner, cursor=cursor, limit=limit)
        )

    @routes.get("/reviews/{review_id}", sees, Answer(ReviewDossier))
    def show(asked: AskedBy, review_id: str) -> Response:
        """What differs in a run, and what was said of it; the id of a review is its run's."""
        return asked.answer(present(review_with(asked.house, review_id), "review", review_id))

    @routes.post(
        "/reviews/{review_id}/decisions",
        says,
        Answer(Decision, is_list=True),
        Deed("review.decide", "review_id", needs_key=True),
    )
    def say(asked: AskedByKey, review_id: str, wish: DecisionWish) -> Response:
        """Say of what differs that it is right, a defect, of no matter, or to be left alone for a while.

        It takes `review:decide`; to propose (`is_proposal`) and to quarantine takes `review:propose`, and `finalize` takes
        `baseline:finalize`. Answers with one decision a view. A view of a run that asked nobody may be quarantined, too.
        """
        run = present(current_run(asked.house, RunId(review_id)), "review", review_id)
        made = decide(asked.house, run.id, wish.said(), caller=asked.caller)
        return asked.list(made)

    @routes.post(
        "/reviews/{review_id}/decisions/{decision_id}/withdraw",
        withdraws,
        Answer(Decision),
        Deed("review.withdraw", "review_id"),
    )
    def take_back(asked: AskedOnce, review_id: str, decision_id: str) -> Response:
        """Take a decision back, while nothing was built on it; its view waits again."""
        found = present(review_with(asked.house, review_id), "review", review_id)
        known = next((one for one in found.decisions if one.id == decision_id), None)
        decision = present(known, "decision", decision_id)
        return asked.answer(withdraw(asked.house, DecisionId(decision.id), caller=asked.caller))

    @routes.post(
        "/decisions/{decision_id}/withdraw",
        withdraws,
        Answer(Decision),
        Deed("review.withdraw", "decision_id"),
    )
    def take_back_by_id(asked: AskedOnce, decision_id: str) -> Response:
        """The same by the decision's id alone."""
        return asked.answer(withdraw(asked.house, DecisionId(decision_id), caller=asked.caller))

    return routes
