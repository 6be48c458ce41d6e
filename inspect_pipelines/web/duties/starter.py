"""The starter: threads that bring events on after the intake has stored them: launch runs, ask for paths, ask for lost deliveries."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from inspect_pipelines.domain.ids import EventId
from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.code_host import CodeHost
from inspect_pipelines.ports.engine import Engine
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.events.ask_paths import Attempts, ask_paths
from inspect_pipelines.usecases.events.close_batches import close_batches
from inspect_pipelines.usecases.events.redeliver import KEPT_BY_GITHUB, OVERLAP, Asked, redeliver
from inspect_pipelines.usecases.events.route import route
from inspect_pipelines.usecases.runs.launch_waiting import Launched, launch_waiting

LOOK_EVERY_SECONDS = 2.0
SHORTEST_WAIT_SECONDS = 0.02
STOP_SECONDS = 3.0
REDELIVER_EVERY_SECONDS = 300.0

log = logging.getLogger(__name__)


class Starter:
    """Its `route` is for the intake; start it in the web process, stop it before leaving.

    Args:
        house: Ports.
        engine: Whoever executes runs now; None: nobody is up, and the `events` sensor will do it.
        code_host: Asked for changed paths and for failed deliveries.
        every_seconds: How often it looks when nobody wakes it.
    """

    def __init__(
        self,
        house: House,
        engine: Callable[[], Engine | None],
        code_host: CodeHost,
        *,
        every_seconds: float = LOOK_EVERY_SECONDS,
    ) -> None:
        self._house, self._engine, self._code_host = house, engine, code_host
        self._every_seconds = every_seconds
        self._launched: Launched = {}
        self._attempts: dict[EventId, Attempts] = {}
        self._problems: dict[str, str] = {}  # of each thread's last look
        self._asked: Asked = {}
        self._redelivered_at: datetime | None = None
        self._redeliver_next = 0.0
        self._stop = threading.Event()
        self._wakes = (threading.Event(), threading.Event())
        self._threads: list[threading.Thread] = []

    @property
    def problem(self) -> str:
        """Why runs of events are not launched or questions not asked; empty when they are."""
        return "; ".join(sorted({problem for problem in self._problems.values() if problem}))

    def route(self, house: House) -> None:
        """Decide about new events and close batches that are due; the rest happens in threads of our own.

        Raises:
            Unavailable: The ledger cannot be written.
        """
        while route(house).events and not self._stop.is_set():
            self._wake()
        if close_batches(house):
            self._wake()

    def start(self) -> None:
        self._stop.clear()
        for name, look, wake in zip(
            ("launcher", "asker"), (self.launch_pending, self.ask), self._wakes, strict=True
        ):
            thread = threading.Thread(target=self._loop, args=(name, look, wake), name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """End the threads; a question that nobody answers is not waited for: whatever it was for is stored."""
        self._stop.set()
        self._wake()
        for thread in self._threads:
            thread.join(STOP_SECONDS)
        self._threads.clear()

    def launch_pending(self) -> float:
        """Launch every run of an event that waits for it, each once; returns the seconds until the next batch is due."""
        close_batches(self._house)
        for problem in launch_waiting(self._house, self._engine, self._launched):
            log.warning("%s", problem)
        with self._house.ledger.read() as ledger:
            due = [batch.due_at for batch in ledger.batches.open(self._house.org_id)]
        now = self._house.clock.now()
        return min(((at - now).total_seconds() for at in due), default=self._every_seconds)

    def ask(self) -> float:
        """Ask for changed paths, and every five minutes for deliveries that did not arrive."""
        try:
            if ask_paths(self._house, self._code_host, self._attempts):
                self.route(self._house)
        finally:  # trouble with one must not keep us from the other
            self._redeliver()
        return self._every_seconds

    def _redeliver(self) -> None:
        if self._house.clock.monotonic() >= self._redeliver_next:
            self._redeliver_next = self._house.clock.monotonic() + REDELIVER_EVERY_SECONDS
            now = self._house.clock.now()
            since = self._redelivered_at - OVERLAP if self._redelivered_at else now - KEPT_BY_GITHUB
            asked, problems = redeliver(self._house, self._code_host, self._asked, since=since)
            if asked:
                log.info("%d deliveries that failed were asked for again", asked)
            for problem in problems:
                log.warning("%s", problem)
            if not problems:
                self._redelivered_at = now

    def _wake(self) -> None:
        for wake in self._wakes:
            wake.set()

    def _loop(self, name: str, look: Callable[[], float], wake: threading.Event) -> None:
        while not self._stop.is_set():
            wait = self._every_seconds
            try:
                wait = look()
                self._problems[name] = ""
            except InspectError as error:
                log.warning("events wait: %s", error)
                self._problems[name] = str(error)
            except Exception as error:  # the loop must outlive whatever one look meets
                log.exception("events wait")
                self._problems[name] = (
                    f"a defect of inspect-pipelines: {type(error).__name__}; its log says more"
                )
            wake.wait(min(max(wait, SHORTEST_WAIT_SECONDS), self._every_seconds))
            wake.clear()
