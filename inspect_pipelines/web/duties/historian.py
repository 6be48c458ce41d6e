"""The historian keeps the run history fresh for as long as the web process lives."""

from __future__ import annotations

from inspect_pipelines.ports.history import HistoryOwner
from inspect_pipelines.web.duties.duty import Duty

LEASE_RETRY_SECONDS = 1.0  # while another process owns the history, and after trouble


class Historian(Duty):
    """Prefers to own the live history; drains, publishes and lets go when it stops."""

    def __init__(self, owner: HistoryOwner) -> None:
        super().__init__("historian", "history", every_seconds=LEASE_RETRY_SECONDS)
        self._owner = owner

    def turn(self) -> float | None:
        return self._owner.turn()

    def last_turn(self) -> None:
        self._owner.let_go()
