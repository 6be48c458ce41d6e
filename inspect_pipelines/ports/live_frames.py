"""Live frames: what a run's browser shows right now, for people who watch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from inspect_pipelines.domain.ids import RunId


@dataclass(frozen=True, slots=True)
class LiveFrame:
    jpeg: bytes
    at: datetime  # UTC, when the window looked like this


class LiveFrames(Protocol):
    """One a run at most, and none of a run whose session has ended; whoever asks has seen to it that the run is theirs."""

    def newest(self, run_id: RunId) -> LiveFrame | None:
        """The newest one; None: nothing is shown now."""

    def seen_at(self, run_id: RunId) -> datetime | None:
        """When that was, without reading it."""
