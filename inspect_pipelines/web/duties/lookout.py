"""The lookout: a thread beside the historian that sounds the alarm when schedules stop; it needs no daemon."""

from __future__ import annotations

import logging
import threading

from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.engine import Ticker
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.alerts.raise_alarms import alarm
from inspect_pipelines.usecases.alerts.send import send_waiting

LOOK_EVERY_SECONDS = 30.0

log = logging.getLogger(__name__)


class Lookout:
    """Start it in the web process, stop it before leaving."""

    def __init__(self, house: House, ticker: Ticker, *, every_seconds: float = LOOK_EVERY_SECONDS) -> None:
        self.has_looked = False
        self.problem = ""  # which schedules do not tick; empty when all do
        self._house, self._ticker, self._every_seconds = house, ticker, every_seconds
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._stop.clear()
        self._thread = threading.Thread(target=self._loop, name="lookout", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; a look that has begun is finished."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _loop(self) -> None:
        since = self._house.clock.now()
        while not self._stop.wait(self._every_seconds):
            try:
                found = alarm(self._house, self._ticker, watching_since=since)
                if found.raised:
                    log.warning("%s", found.problem)
                    send_waiting(self._house)
                self.problem = found.problem
            except InspectError as error:
                log.warning("the alarm could not look: %s", error)
            except Exception:  # the loop must outlive whatever one look meets
                log.exception("the alarm could not look")
            self.has_looked = True
