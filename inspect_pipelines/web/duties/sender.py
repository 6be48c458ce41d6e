"""The sender: threads beside the historian that deliver what the outbox holds, within a blink of its being stored."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.alerts.resolve_quiet import resolve_quiet
from inspect_pipelines.usecases.alerts.send import LEASE, send_next

LOOK_EVERY_SECONDS = 0.2  # one indexed look into the ledger, a quarter of a millisecond
STEADY_EVERY_SECONDS = 30.0
WORKERS = 6  # targets that are told at the same time; one that hangs keeps one of them busy

log = logging.getLogger(__name__)


class Sender:
    """Start it in the web process, stop it before leaving."""

    def __init__(
        self,
        house: House,
        *,
        every_seconds: float = LOOK_EVERY_SECONDS,
        workers: int = WORKERS,
        lease: timedelta = LEASE,
    ) -> None:
        self.problem = ""  # the last look's, empty when it went well
        self._house, self._every_seconds, self._workers = house, every_seconds, workers
        self._lease = lease
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._stop.clear()
        self._thread = threading.Thread(target=self._loop, name="sender", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the threads; a message that is under way is finished, so that its receipt is kept."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _loop(self) -> None:
        busy: set[Future[None]] = set()
        steady_at = self._house.clock.monotonic() + STEADY_EVERY_SECONDS
        with ThreadPoolExecutor(self._workers, thread_name_prefix="sender") as pool:
            while not self._stop.wait(self._every_seconds):
                busy = {one for one in busy if not one.done()}
                try:
                    if len(busy) < self._workers and self._is_due():
                        busy.add(pool.submit(self._drain))
                    if self._house.clock.monotonic() >= steady_at:
                        steady_at = self._house.clock.monotonic() + STEADY_EVERY_SECONDS
                        resolve_quiet(self._house)
                    self.problem = ""
                except Exception as error:  # noqa: BLE001 - the loop must outlive whatever one look meets
                    self._say(error)

    def _is_due(self) -> bool:
        with self._house.ledger.read() as ledger:
            return ledger.outbox.is_due(self._house.clock.now())

    def _drain(self) -> None:
        """Send until nothing is due that no other thread sends."""
        sender = self._house.clock.new_id()
        try:
            while not self._stop.is_set() and send_next(self._house, sender, lease=self._lease) is not None:
                pass
        except Exception as error:  # noqa: BLE001 - the next look begins another thread's work anew
            self._say(error)

    def _say(self, error: Exception) -> None:
        problem = str(error) if isinstance(error, InspectError) else f"{type(error).__name__}: {error}"
        if problem != self.problem:
            log.warning("messages cannot be sent: %s", problem)
        self.problem = problem
