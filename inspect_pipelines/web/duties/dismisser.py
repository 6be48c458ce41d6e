"""The dismisser stops agents that nobody follows any more: their run's process was killed, or they did not stop in time."""

from __future__ import annotations

from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.sessions.stop_leftovers import stop_leftovers
from inspect_pipelines.web.duties.duty import Duty

LOOK_EVERY_SECONDS = 15.0


class Dismisser(Duty):
    """Of one organisation; asks the control plane only when there is somebody to stop."""

    def __init__(self, house: House, *, every_seconds: float = LOOK_EVERY_SECONDS) -> None:
        super().__init__("dismisser", "runs", every_seconds=every_seconds, begins_at_once=False)
        self._house = house

    def turn(self) -> None:
        stop_leftovers(self._house)
