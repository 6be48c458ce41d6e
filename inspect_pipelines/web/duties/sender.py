"""The sender delivers what the outbox holds, within a blink of its being stored."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.notifications import is_due
from inspect_pipelines.usecases.alerts.resolve_quiet import resolve_quiet
from inspect_pipelines.usecases.alerts.send import LEASE, send_next
from inspect_pipelines.web.duties.duty import Duty

LOOK_EVERY_SECONDS = 0.2  # one indexed look into the ledger, a quarter of a millisecond
STEADY_EVERY_SECONDS = 30.0
WORKERS = 6  # targets that are told at the same time; one that hangs keeps one of them busy


class Sender(Duty):
    """Looks for messages that are due, and hands them to threads that send; also resolves incidents that stay quiet.

    Stopping finishes a message that is under way, so that its receipt is kept.
    """

    def __init__(
        self,
        house: House,
        *,
        every_seconds: float = LOOK_EVERY_SECONDS,
        workers: int = WORKERS,
        lease: timedelta = LEASE,
    ) -> None:
        super().__init__("sender", "messages", every_seconds=every_seconds)
        self._house, self._workers, self._lease = house, workers, lease
        self._busy: set[Future[None]] = set()
        self._pool = self._new_pool()
        self._steady_at = 0.0  # on the clock's steady counter

    def prepare(self) -> None:
        self._pool = self._new_pool()
        self._steady_at = self._house.clock.monotonic() + STEADY_EVERY_SECONDS

    def turn(self) -> None:
        done = {one for one in self._busy if one.done()}
        self._busy -= done
        if len(self._busy) < self._workers and is_due(self._house):
            self._busy.add(self._pool.submit(self._drain))
        if self._house.clock.monotonic() >= self._steady_at:
            self._steady_at = self._house.clock.monotonic() + STEADY_EVERY_SECONDS
            resolve_quiet(self._house)
        for one in done:
            one.result()  # its trouble is this turn's

    def last_turn(self) -> None:
        self._pool.shutdown(wait=True)

    def _new_pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._workers, thread_name_prefix=self.name)  # its threads come when needed

    def _drain(self) -> None:
        """Send until nothing is due that no other thread sends."""
        sender = self._house.clock.new_id()
        while not self.is_stopping and send_next(self._house, sender, lease=self._lease) is not None:
            pass
