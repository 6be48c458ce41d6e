"""What is said of points of pictures and whose word is asked for, as commands ask for it: here or of a server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from inspect_pipelines.cli.choice import local_caller
from inspect_pipelines.domain.comment import Comment
from inspect_pipelines.domain.ids import CommentId, RunId
from inspect_pipelines.domain.review_request import ReviewRequest
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.comments import comments_on
from inspect_pipelines.queries.dossier import comparisons_of
from inspect_pipelines.queries.run import find_ended_run
from inspect_pipelines.usecases.pictures.ask_reviewer import ask_reviewer, release_reviewer
from inspect_pipelines.usecases.pictures.comment import pin_comment, reopen_comment, resolve_comment

if TYPE_CHECKING:
    from inspect_pipelines.client.client import Client


class CommentDesk(Protocol):
    def find_run(self, text: str) -> RunId:
        """The ended run that is meant, or a definition's latest."""

    def views(self, run_id: RunId) -> Sequence[View]:
        """That were compared in a run."""

    def list(self, run_id: RunId) -> Sequence[Comment]:
        """What shows on a run, oldest first."""

    def pin(self, run_id: RunId, view: View, x: int, y: int, text: str) -> Comment:
        """Say something of a point, in px of the run's picture."""

    def resolve(self, comment_id: str) -> Comment:
        """Settle it."""

    def reopen(self, comment_id: str) -> Comment:
        """It is not settled after all."""

    def ask(self, run_id: RunId, login: str) -> Sequence[ReviewRequest]:
        """Ask a member for their word; everybody who is asked then."""

    def release(self, run_id: RunId, login: str) -> Sequence[ReviewRequest]:
        """Ask them no more; everybody who still is."""


class CommentsHere(CommentDesk):
    """Of a house."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._caller = local_caller()

    def find_run(self, text: str) -> RunId:
        return find_ended_run(self._house, text).id

    def views(self, run_id: RunId) -> Sequence[View]:
        return [one.view for one in comparisons_of(self._house, run_id)]

    def list(self, run_id: RunId) -> Sequence[Comment]:
        found = comments_on(self._house, run_id)
        if found is None:
            raise NotFound(f"run {run_id!r} does not exist; list them with: inspect-pipelines runs list")
        return found

    def pin(self, run_id: RunId, view: View, x: int, y: int, text: str) -> Comment:
        return pin_comment(self._house, run_id, view, x=x, y=y, text=text, caller=self._caller)

    def resolve(self, comment_id: str) -> Comment:
        return resolve_comment(self._house, CommentId(comment_id), caller=self._caller)

    def reopen(self, comment_id: str) -> Comment:
        return reopen_comment(self._house, CommentId(comment_id), caller=self._caller)

    def ask(self, run_id: RunId, login: str) -> Sequence[ReviewRequest]:
        return ask_reviewer(self._house, run_id, login, caller=self._caller)

    def release(self, run_id: RunId, login: str) -> Sequence[ReviewRequest]:
        return release_reviewer(self._house, run_id, login, caller=self._caller)


class CommentsThere(CommentDesk):
    """Of a server."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def find_run(self, text: str) -> RunId:
        return RunId(self._client.find.run(text, ended=True).id)

    def views(self, run_id: RunId) -> Sequence[View]:
        return [one.view for one in self._client.runs.comparisons(run_id)]

    def list(self, run_id: RunId) -> Sequence[Comment]:
        return self._client.comments.list(run_id)

    def pin(self, run_id: RunId, view: View, x: int, y: int, text: str) -> Comment:
        return self._client.comments.pin(run_id, view=str(view), x=x, y=y, text=text)

    def resolve(self, comment_id: str) -> Comment:
        return self._client.comments.resolve(comment_id)

    def reopen(self, comment_id: str) -> Comment:
        return self._client.comments.reopen(comment_id)

    def ask(self, run_id: RunId, login: str) -> Sequence[ReviewRequest]:
        return self._client.comments.ask(run_id, login=login)

    def release(self, run_id: RunId, login: str) -> Sequence[ReviewRequest]:
        return self._client.comments.release(run_id, login)
