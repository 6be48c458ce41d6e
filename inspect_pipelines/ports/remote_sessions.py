"""What is kept of agents' sessions on a control plane."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.remote_session import RemoteSession


class RemoteSessions(Protocol):
    """The intent before each step and its outcome after it, so that nothing is begun twice."""

    def find(self, session_id: str) -> RemoteSession | None:
        """By our session's id."""

    def save(self, session: RemoteSession) -> None:
        """Create or replace."""

    def open(self) -> list[RemoteSession]:
        """Those of which something may go on, oldest first."""

    def of_runs(self, run_ids: Collection[RunId]) -> list[RemoteSession]:
        """Those of these runs, oldest first."""

    def cost_since(self, at: datetime) -> Mapping[DefinitionId, float]:
        """US dollars of those that were opened at that time or later, by their runs' definitions; what nobody told is missing."""

    def latest(self, limit: int, *, before: Position | None = None) -> list[RemoteSession]:
        """Newest first by (opened_at, id); those behind `before`."""
