"""The intake turns what waits in the inbox into events, woken by each delivery and every second besides."""

from __future__ import annotations

from collections.abc import Callable

from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.events.take_in import take_in
from inspect_pipelines.web.duties.duty import Duty
from inspect_pipelines.web.webhooks.known_sources import KnownSources

LOOK_EVERY_SECONDS = 1.0
GATHER_SECONDS = (
    0.1  # after a look that found something: in a burst, each look is then a batch with one fsync
)
REFRESH_EVERY_SECONDS = 2.0  # an applied source or a changed secret holds this soon
Route = Callable[[House], None]


class Intake(Duty):
    """Sources are known once it has started.

    Args:
        house: Ports.
        sources: Refreshed from here.
        route: Called after every look, to match new events and start what they ask for; None: nobody does.
        every_seconds: How often it looks when nobody wakes it.
    """

    def __init__(
        self,
        house: House,
        sources: KnownSources,
        route: Route | None = None,
        *,
        every_seconds: float = LOOK_EVERY_SECONDS,
    ) -> None:
        super().__init__("intake", "webhooks", every_seconds=every_seconds)
        self.sources = sources
        self._house, self._route = house, route
        self._was_busy = False
        self._refreshes = _Every(REFRESH_EVERY_SECONDS, house.clock)

    def prepare(self) -> None:
        self.sources.refresh()

    def finding(self) -> str:
        return self.sources.problem

    def turn(self) -> None:
        if self._was_busy:
            self.rest(GATHER_SECONDS)
        if self._refreshes.is_due():
            self.sources.refresh()
        self._was_busy = False
        while not self.is_stopping and take_in(self._house).deliveries:
            self._was_busy = True
        if self._route:
            self._route(self._house)


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
