"""A code host: what must be asked of GitHub after it has told us something."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from inspect_pipelines.domain.ids import SourceId


@dataclass(frozen=True, slots=True)
class FailedDelivery:
    """A delivery that the code host could not hand over."""

    id: int
    guid: str  # X-GitHub-Delivery
    delivered_at: datetime  # UTC


@dataclass(frozen=True, slots=True)
class PullRequest:
    """Where a pull request stands now."""

    head_sha: str
    head_branch: str
    base_branch: str
    head_repo: str = ""  # owner/name; empty: the fork is gone


class CodeHost(Protocol):
    def pull_request(self, source_id: SourceId, repo: str, number: int) -> PullRequest:
        """Its head and its base.

        Raises:
            Unavailable: It did not answer, or said to wait; another try may help.
            Refused: It will not tell: no token, no access, no such pull request.
        """

    def preview_url(self, source_id: SourceId, repo: str, sha: str) -> str:
        """Where the newest successful deployment of a commit can be seen.

        Raises:
            Unavailable: As above, or a deployment goes on.
            Refused: As above, or none has an address.
        """

    def react(self, source_id: SourceId, repo: str, comment_id: int, reaction: str) -> None:
        """Put one of GitHub's reactions (`confused`, ..) under a comment on an issue; the same one twice is one.

        Raises:
            Unavailable, Refused: As above.
        """

    def changed_paths(self, source_id: SourceId, repo: str, number: int) -> tuple[str, ...]:
        """The files that a pull request changes, renamed ones under both names, up to 3,000.

        Raises:
            Unavailable: It did not answer, or said to wait; another try may help.
            Refused: It will not tell: no token, no access, no such pull request, or more than 3,000 files.
        """

    def failed_deliveries(self, source_id: SourceId, *, since: datetime) -> list[FailedDelivery]:
        """Of the source's hook, those whose newest attempt failed, oldest first.

        Raises:
            Unavailable, Refused: As above.
        """

    def redeliver(self, source_id: SourceId, delivery: FailedDelivery) -> None:
        """Ask it to send this delivery again."""
