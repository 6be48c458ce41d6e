"""What agents did, and what was made of it for a person."""

from __future__ import annotations

from typing import Protocol

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.repair import Repair
from inspect_pipelines.domain.trace import Trace


class Repairs(Protocol):
    """Proposals, and the traces that they are made of."""

    def keep_trace(self, trace: Trace) -> None:
        """Create or replace."""

    def traces(self, run_id: RunId) -> list[Trace]:
        """Of a run's sessions, oldest first."""

    def save(self, repair: Repair) -> None:
        """Create or replace."""

    def find(self, repair_id: str) -> Repair | None: ...

    def of_run(self, run_id: RunId) -> list[Repair]:
        """Oldest first."""

    def latest(self, limit: int, *, before: Position | None = None) -> list[Repair]:
        """Newest first by (at, id); those behind `before`."""

    def proposed(self, limit: int) -> list[Repair]:
        """Those that wait for a person, newest first."""

    def last_of(self, playbook: str, step_id: str) -> Repair | None:
        """The newest one about that step."""
