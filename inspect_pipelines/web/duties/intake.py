"""The intake: a thread that turns what waits in the inbox into events, woken by each delivery and every second besides."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.events.take_in import take_in
from inspect_pipelines.web.webhooks.known_sources import KnownSources

LOOK_EVERY_SECONDS = 1.0
GATHER_SECONDS = (
    0.1  # after a look that found something: in a burst, each look is then a batch with one fsync
)
REFRESH_EVERY_SECONDS = 2.0  # an applied source or a changed secret holds this soon
PRUNE_EVERY_SECONDS = 3600.0
KNOWN_FOR = timedelta(days=7)  # a delivery id, at the least

log = logging.getLogger(__name__)

Route = Callable[[House], None]


class Intake:
    """Start it in the web process, stop it before leaving.

    Args:
        house: Ports.
        sources: Refreshed from here.
        route: Called after every look, to match new events and start what they ask for; None: nobody does.
        payload_days: How long payloads are kept.
        every_seconds: How often it looks when nobody wakes it.
    """

    def __init__(
        self,
        house: House,
        sources: KnownSources,
        route: Route | None = None,
        *,
        payload_days: int = 30,
        every_seconds: float = LOOK_EVERY_SECONDS,
    ) -> None:
        self.problem = ""  # why events do not get on; empty when they do
        self.sources = sources
        self._house, self._route = house, route
        self._keep = timedelta(days=payload_days)
        self._every_seconds = every_seconds
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._was_busy = False
        self._refreshes = _Every(REFRESH_EVERY_SECONDS, house.clock)
        self._prunes = _Every(PRUNE_EVERY_SECONDS, house.clock)
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Know the sources, then begin."""
        self._stop.clear()
        self._try(self.sources.refresh)
        self._thread = threading.Thread(target=self._loop, name="intake", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There is something new."""
        self._wake.set()

    def stop(self) -> None:
        """End the thread; a batch that has begun is finished."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _loop(self) -> None:
        while not self._stop.is_set():
            self._try(self._look)
            self._wake.wait(self._every_seconds)
            self._wake.clear()
            if self._was_busy:
                self._stop.wait(GATHER_SECONDS)

    def _try(self, step: Callable[[], None]) -> None:
        try:
            step()
            self.problem = self.sources.problem
        except InspectError as error:
            if str(error) != self.problem:  # not once a second
                log.warning("events wait: %s", error)
            self.problem = str(error)
        except Exception as error:  # the loop must outlive whatever one look meets
            self.problem = f"a defect of inspect-pipelines: {type(error).__name__}; its log says more"
            log.exception("events wait")

    def _look(self) -> None:
        if self._refreshes.is_due():
            self.sources.refresh()
        self._was_busy = False
        while not self._stop.is_set() and take_in(self._house).deliveries:
            self._was_busy = True
        if self._route:
            self._route(self._house)
        if self._prunes.is_due():
            self._prune()

    def _prune(self) -> None:
        now = self._house.clock.now()
        pruned = self._house.inbox.prune(before=now - self._keep)
        self._house.inbox.forget(before=now - max(self._keep, KNOWN_FOR))
        if pruned:
            log.info("%d payloads older than %d days were forgotten", pruned, self._keep.days)


class _Every:
    """What is done again and again, the first time at once."""

    def __init__(self, seconds: float, clock: Clock) -> None:
        self._seconds, self._clock = seconds, clock
        self._due_at = float("-inf")

    def is_due(self) -> bool:
        """Whether it is time; then it is not until so many seconds have passed."""
        now = self._clock.monotonic()
        if now < self._due_at:
            return False
        self._due_at = now + self._seconds
        return True
