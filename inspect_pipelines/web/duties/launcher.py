"""The launcher launches runs of events as soon as they are decided; the `events` sensor sweeps behind it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from inspect_pipelines.ports.engine import Engine
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.batches import next_due
from inspect_pipelines.usecases.events.close_batches import close_batches
from inspect_pipelines.usecases.runs.end_superseded import end_superseded
from inspect_pipelines.usecases.runs.launch_waiting import Launched, launch_waiting
from inspect_pipelines.web.duties.duty import Duty

LOOK_EVERY_SECONDS = 2.0
SHORTEST_WAIT_SECONDS = 0.02
STOP_SECONDS = 3.0  # a launch that hangs is not waited for: the run is stored

log = logging.getLogger(__name__)


class Launcher(Duty):
    """Launches every run of an event that waits for it, each once, closes batches when they are due, and ends superseded runs.

    Args:
        house: Ports.
        engine: Whoever executes runs now; None: nobody is up, and the `events` sensor will do it.
        every_seconds: How often it looks when nobody wakes it.
    """

    def __init__(
        self,
        house: House,
        engine: Callable[[], Engine | None],
        *,
        every_seconds: float = LOOK_EVERY_SECONDS,
    ) -> None:
        super().__init__("launcher", "webhooks", every_seconds=every_seconds, stop_seconds=STOP_SECONDS)
        self._house, self._engine, self._longest_wait = house, engine, every_seconds
        self._launched: Launched = {}

    def turn(self) -> float:
        """Returns the seconds until the next batch is due, if that is sooner than the next look."""
        close_batches(self._house)
        for problem in launch_waiting(self._house, self._engine, self._launched):
            log.warning("%s", problem)
        end_superseded(self._house, self._engines)
        due = next_due(self._house)
        wait = (due - self._house.clock.now()).total_seconds() if due else self._longest_wait
        return min(max(wait, SHORTEST_WAIT_SECONDS), self._longest_wait)

    def _engines(self) -> list[Engine]:
        engine = self._engine()
        return [] if engine is None else [engine]
