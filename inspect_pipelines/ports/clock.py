"""The clock: time and chance come in through here."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Time and chance."""

    def now(self) -> datetime:
        """The time in UTC, aware."""

    def new_id(self) -> str:
        """A fresh UUIDv7."""

    def monotonic(self) -> float:
        """Seconds that never go back; only differences mean something."""

    def sleep(self, seconds: float) -> None:
        """Wait."""
