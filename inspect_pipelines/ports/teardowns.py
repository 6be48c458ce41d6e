"""The teardowns that are owed."""

from __future__ import annotations

from typing import Protocol

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.teardown import OwedTeardown


class Teardowns(Protocol):
    """Kept before a session begins, so that also who is killed leaves word of what it began."""

    def owe(self, owed: OwedTeardown) -> None:
        """Keep one; the same again changes nothing."""

    def settle(self, session_id: str) -> bool:
        """Forget one, before or after it was played; False: somebody else did."""

    def of_run(self, run_id: RunId) -> list[OwedTeardown]:
        """A run's, oldest first."""

    def of_ended_runs(self, *, limit: int) -> list[OwedTeardown]:
        """Of runs that have ended, oldest first."""
