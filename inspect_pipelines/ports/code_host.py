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


class CodeHost(Protocol):
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
