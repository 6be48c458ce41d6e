"""What the ledger keeps of comments on views, and of whose word about a run is asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from inspect_pipelines.domain.comment import Comment
from inspect_pipelines.domain.ids import CommentId, RunId
from inspect_pipelines.domain.review_request import ReviewRequest


class Comments(Protocol):
    """Kept for good, resolved ones too."""

    def add(self, comment: Comment) -> None:
        """Store it; in the audit."""

    def find(self, comment_id: CommentId) -> Comment | None: ...
    def on(self, set_name: str, run_id: RunId) -> list[Comment]:
        """What shows on a run of a baseline set: open ones of all its views, and all that were pinned on it; oldest first."""

    def resolve(self, comment_id: CommentId, *, by: str, at: datetime) -> bool:
        """It is settled; False: it was before, or there is none. In the audit."""

    def reopen(self, comment_id: CommentId, *, by: str, at: datetime) -> bool:
        """It is not settled after all; False: it was open, or there is none. In the audit."""


class ReviewRequests(Protocol):
    def ask(self, request: ReviewRequest) -> bool:
        """Store it; False: they are asked already. In the audit."""

    def of_runs(self, run_ids: Collection[RunId]) -> Mapping[RunId, list[ReviewRequest]]:
        """By run, in the order in which they were asked; a run about which nobody is asked is missing."""

    def waiting_for(self, login: str) -> list[RunId]:
        """The runs that wait for a review and about which this member is asked, newest first."""

    def release(self, run_id: RunId, login: str, *, by: str, at: datetime) -> bool:
        """They are asked no more; False: they were not. In the audit."""
