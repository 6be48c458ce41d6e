"""Routing: decide about new events, and wake the duties that bring them on."""

from __future__ import annotations

from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.events.close_batches import close_batches
from inspect_pipelines.usecases.events.route import route
from inspect_pipelines.web.duties.duty import Duty


class Routing:
    """Whoever stored something for events calls it; the rest happens in the threads of those it wakes."""

    def __init__(self) -> None:
        self._duties: tuple[Duty, ...] = ()

    def wakes(self, *duties: Duty) -> None:
        """From now on, when something was decided."""
        self._duties = duties

    def __call__(self, house: House) -> None:
        """Decide about new events and close batches that are due.

        Most events are nobody's: to wake the others for those would cost more than deciding about them.

        Raises:
            Unavailable: The ledger cannot be written.
        """
        while (routed := route(house)).events and not self._is_over():
            if routed.to_follow:
                self._wake()
        if close_batches(house):
            self._wake()

    def _is_over(self) -> bool:
        return any(duty.is_stopping for duty in self._duties)

    def _wake(self) -> None:
        for duty in self._duties:
            duty.wake()
