"""Says every minute what this process is and runs on, for `doctor --cluster`."""

from __future__ import annotations

from collections.abc import Callable

from inspect_pipelines.domain.presence import BEAT_SECONDS, Presence
from inspect_pipelines.ports.house import House
from inspect_pipelines.web.duties.duty import Duty


class Present(Duty):
    """In the ledger, until it stops.

    Args:
        house: Any; they share it.
        facts: Asked at each turn, so that a new browser is seen.
    """

    def __init__(self, house: House, facts: Callable[[], Presence]) -> None:
        super().__init__("present", "presence", every_seconds=BEAT_SECONDS, stop_seconds=5.0)
        self._house, self._facts = house, facts
        self._told: Presence | None = None

    def turn(self) -> None:
        self._told = self._facts()
        self._house.ledgers.presences.tell(self._told, lambda: self._house.clock.now().timestamp())

    def last_turn(self) -> None:
        if self._told is not None:
            self._house.ledgers.presences.leave(self._told)
