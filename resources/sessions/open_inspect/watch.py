"""A watch over time: waits in slices, sees a deadline and a cancel, and asks again what was not answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from inspect_pipelines.domain.session import SessionStatus
from inspect_pipelines.ports.clock import Clock
from resources.sessions.open_inspect.busy import Busy
from resources.sessions.open_inspect.halted import Halted
from resources.sessions.open_inspect.pace import SLICE_SECONDS, Pace
from resources.sessions.wire import End

T = TypeVar("T")


class Watch:
    """Of one session.

    Args:
        give_up_at: On `clock.monotonic()`, which no change of the wall clock moves.
        are_open: How many sessions ask as this one does, itself among them.
    """

    def __init__(
        self,
        clock: Clock,
        pace: Pace,
        give_up_at: float,
        cancelled: Callable[[], bool],
        are_open: Callable[[], int] = lambda: 1,
    ) -> None:
        self._clock, self._give_up_at, self._cancelled = clock, give_up_at, cancelled
        self.are_open, self._free_at = are_open, 0.0
        self.pace = pace

    def check(self) -> None:
        """Return if the session is still wanted.

        Raises:
            Halted: It is not.
        """
        if self._cancelled():
            raise Halted(End(SessionStatus.CANCELLED, "cancelled while an agent played"))
        if self._clock.monotonic() >= self._give_up_at:
            raise Halted(
                End(SessionStatus.TIMEOUT, "the run's time was over while an agent played; it was stopped")
            )

    def wait(self, seconds: float) -> None:
        """Wait, unless it is halted."""
        until = self._clock.monotonic() + seconds
        while (left := until - self._clock.monotonic()) > 0:
            self.check()
            self._clock.sleep(min(left, SLICE_SECONDS))
        self.check()

    def _queue(self) -> None:
        """Let the others ask, too, where many are open."""
        self.wait(self._free_at - self._clock.monotonic())
        self._free_at = self._clock.monotonic() + self.pace.apart(self.are_open())

    def persist(self, ask: Callable[[], T], within: float | None = None) -> T:
        """What is answered, asked again as long as the session is wanted.

        Args:
            within: Seconds, after which its last fault is told; None: until it is halted.

        Raises:
            Busy: It was not answered within that time.
            Halted: The session is not wanted any more.
        """
        until = None if within is None else self._clock.monotonic() + within
        pause = self.pace.first
        while True:
            self._queue()
            try:
                return ask()
            except Busy as error:
                wanted = max(pause, error.retry_after_seconds or 0.0)
                if until is not None and self._clock.monotonic() + wanted >= until:
                    raise
            self.wait(wanted)
            pause = min(pause * 2, self.pace.busy_most)

    def insist(self, try_: Callable[[], bool], seconds: float) -> bool:
        """Try until it is so, whoever has halted the session meanwhile; whether it became so in time."""
        until = self._clock.monotonic() + seconds
        while True:
            try:
                if try_():
                    return True
            except Busy:
                pass  # the next try may be answered
            if self._clock.monotonic() + self.pace.first >= until:
                return False
            self._clock.sleep(self.pace.first)
