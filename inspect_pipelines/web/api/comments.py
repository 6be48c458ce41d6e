"""Comments on points of views, and whose word about a run is asked for."""

from __future__ import annotations

from pydantic import Field
from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.comment import LONGEST, Comment
from inspect_pipelines.domain.ids import CommentId, RunId
from inspect_pipelines.domain.review_request import ReviewRequest
from inspect_pipelines.queries.comments import comments_on, requests_for
from inspect_pipelines.queries.reviews import review_with
from inspect_pipelines.usecases.pictures.ask_reviewer import ask_reviewer, release_reviewer
from inspect_pipelines.usecases.pictures.comment import pin_comment, reopen_comment, resolve_comment
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.deed import Deed
from inspect_pipelines.web.api.review_wishes import EXAMPLE, views_of
from inspect_pipelines.web.api.route import Answer, AskedBy, AskedByKey, AskedOnce, Routes
from inspect_pipelines.web.api.wishes import Wish

MOST_PX = 100_000


class CommentWish(Wish):
    view: str = Field(max_length=500, description="`playbook/name@viewport`.", examples=[EXAMPLE])
    x: int = Field(ge=0, le=MOST_PX, description="Px of the run's picture, from its left edge.")
    y: int = Field(ge=0, le=MOST_PX, description="Px from its top.")
    text: str = Field(min_length=1, max_length=LONGEST, description="What is said.")


class ReviewerWish(Wish):
    login: str = Field(max_length=100, description="A member who decides reviews.", examples=["ada"])


def comments(gate: Gate) -> Routes:
    routes = Routes(gate, "comments")
    sees, says = permitted(Permission.PICTURES_READ), permitted(Permission.REVIEW_PROPOSE)

    @routes.get("/runs/{run_id}/comments", sees, Answer(Comment, is_list=True))
    def list_(asked: AskedBy, run_id: str) -> Response:
        """What is said of points of its views: what is open, wherever it was pinned, and what was pinned on it; oldest first."""
        return asked.list(present(comments_on(asked.house, RunId(run_id)), "run", run_id))

    @routes.post(
        "/runs/{run_id}/comments", says, Answer(Comment), Deed("comment.pin", "run_id", needs_key=True)
    )
    def pin(asked: AskedByKey, run_id: str, wish: CommentWish) -> Response:
        """Pin a comment to a point of a view; it shows on later runs of that view until it is resolved. It decides nothing."""
        present(comments_on(asked.house, RunId(run_id)), "run", run_id)
        (view,) = views_of([wish.view], where="body view")
        made = pin_comment(
            asked.house, RunId(run_id), view, x=wish.x, y=wish.y, text=wish.text, caller=asked.caller
        )
        return asked.answer(made)

    @routes.post(
        "/comments/{comment_id}/resolve", says, Answer(Comment), Deed("comment.resolve", "comment_id")
    )
    def resolve(asked: AskedOnce, comment_id: str) -> Response:
        """Settle a comment; on the run that it was pinned on it stays."""
        return asked.answer(resolve_comment(asked.house, CommentId(comment_id), caller=asked.caller))

    @routes.post("/comments/{comment_id}/reopen", says, Answer(Comment), Deed("comment.reopen", "comment_id"))
    def reopen(asked: AskedOnce, comment_id: str) -> Response:
        """It is not settled after all."""
        return asked.answer(reopen_comment(asked.house, CommentId(comment_id), caller=asked.caller))

    @routes.get("/reviews/{review_id}/reviewers", sees, Answer(ReviewRequest, is_list=True))
    def reviewers(asked: AskedBy, review_id: str) -> Response:
        """Whose word about a run is asked for, in the order in which they were asked."""
        present(review_with(asked.house, review_id), "review", review_id)
        return asked.list(requests_for(asked.house, RunId(review_id)))

    @routes.post(
        "/reviews/{review_id}/reviewers",
        says,
        Answer(ReviewRequest, is_list=True),
        Deed("review.request", "review_id"),
    )
    def ask(asked: AskedOnce, review_id: str, wish: ReviewerWish) -> Response:
        """Ask a member for their word; it gives no right, and nobody else loses theirs. Answers with everybody who is asked."""
        present(review_with(asked.house, review_id), "review", review_id)
        return asked.list(ask_reviewer(asked.house, RunId(review_id), wish.login, caller=asked.caller))

    @routes.post(
        "/reviews/{review_id}/reviewers/{login}/release",
        says,
        Answer(ReviewRequest, is_list=True),
        Deed("review.release", "review_id"),
    )
    def release(asked: AskedOnce, review_id: str, login: str) -> Response:
        """Ask a member no more. Answers with everybody who still is."""
        present(review_with(asked.house, review_id), "review", review_id)
        return asked.list(release_reviewer(asked.house, RunId(review_id), login, caller=asked.caller))

    return routes
