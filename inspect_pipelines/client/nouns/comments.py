"""What the API can do with comments. Written by `python docs/client.py`."""

from __future__ import annotations

from inspect_pipelines.client.noun import Noun, below
from inspect_pipelines.domain.comment import Comment
from inspect_pipelines.domain.review_request import ReviewRequest


class Comments(Noun):
    """`client.comments`."""

    def list(self, run_id: str) -> tuple[Comment, ...]:
        """What is said of points of its views: what is open, wherever it was pinned, and what was pinned on it; oldest first."""
        return self._many(Comment, "GET", below("/runs/{run_id}/comments", run_id=run_id))

    def pin(self, run_id: str, *, view: str, x: int, y: int, text: str, key: str | None = None) -> Comment:
        """Pin a comment to a point of a view; it shows on later runs of that view until it is resolved. It decides nothing."""
        return self._one(
            Comment,
            "POST",
            below("/runs/{run_id}/comments", run_id=run_id),
            body={"view": view, "x": x, "y": y, "text": text},
            headers={"Idempotency-Key": key},
        )

    def resolve(self, comment_id: str, *, key: str | None = None) -> Comment:
        """Settle a comment; on the run that it was pinned on it stays."""
        return self._one(
            Comment,
            "POST",
            below("/comments/{comment_id}/resolve", comment_id=comment_id),
            headers={"Idempotency-Key": key},
        )

    def reopen(self, comment_id: str, *, key: str | None = None) -> Comment:
        """It is not settled after all."""
        return self._one(
            Comment,
            "POST",
            below("/comments/{comment_id}/reopen", comment_id=comment_id),
            headers={"Idempotency-Key": key},
        )

    def reviewers(self, review_id: str) -> tuple[ReviewRequest, ...]:
        """Whose word about a run is asked for, in the order in which they were asked."""
        return self._many(ReviewRequest, "GET", below("/reviews/{review_id}/reviewers", review_id=review_id))

    def ask(self, review_id: str, *, login: str, key: str | None = None) -> tuple[ReviewRequest, ...]:
        """Ask a member for their word; it gives no right, and nobody else loses theirs. Answers with everybody who is asked."""
        return self._many(
            ReviewRequest,
            "POST",
            below("/reviews/{review_id}/reviewers", review_id=review_id),
            body={"login": login},
            headers={"Idempotency-Key": key},
        )

    def release(self, review_id: str, login: str, *, key: str | None = None) -> tuple[ReviewRequest, ...]:
        """Ask a member no more. Answers with everybody who still is."""
        return self._many(
            ReviewRequest,
            "POST",
            below("/reviews/{review_id}/reviewers/{login}/release", review_id=review_id, login=login),
            headers={"Idempotency-Key": key},
        )
