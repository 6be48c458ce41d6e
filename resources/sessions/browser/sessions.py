"""Browser sessions: a playbook is played by a worker process, which this process watches and outlives."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from inspect_pipelines.domain.session import (
    SessionRequest,
    SessionResult,
    SessionStatus,
    StepResult,
)
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.stored.serial import dump_json
from resources import chromium
from resources.sessions.browser.crew import Crew
from resources.sessions.browser.family import leashed
from resources.sessions.browser.order import Order
from resources.sessions.evidence import Evidence
from resources.sessions.wire import (
    End,
    Message,
    decoded,
)

POLL_SECONDS = 0.1  # how soon a deadline or a cancel is seen
READ_BYTES = 1 << 16
CAME_TO_AN_END = (
    SessionStatus.COMPLETED,
    SessionStatus.FAILED,
)  # what the worker itself said, with its browser alive


class BrowserSessions:
    """Plays playbooks in this machine's Chromium.

    Args:
        gallery: The folder of the gallery, where the worker stores its pictures.
        scratch: For temporary files when the system's own folder does not do.
        browser: The Chromium to start; None: found on the machine.
        no_sandbox: Start Chromium without its sandbox; None: only as root, where it refuses to start with one.
    """

    def __init__(
        self,
        *,
        gallery: Path,
        scratch: Path,
        clock: Clock,
        browser: Path | None = None,
        no_sandbox: bool | None = None,
    ) -> None:
        self._gallery = gallery
        self._scratch = scratch
        self._clock = clock
        self._browser = browser
        self._resting: Crew | None = None
        self._no_sandbox = os.geteuid() == 0 if no_sandbox is None else no_sandbox

    def play(
        self,
        request: SessionRequest,
        *,
        deadline: datetime,
        cancelled: Callable[[], bool] = lambda: False,
        told: Callable[[StepResult], None] = lambda step: None,
    ) -> SessionResult:
        """Play a playbook and return what was seen, also when it ended early; its browser is gone then.

        The worker and Playwright's driver are kept for the next session of the same run, until `close`, unless this one
        did not come to its own end.
        """
        browser = chromium.find(self._browser)
        evidence = Evidence(request, started_at=self._clock.now(), player="the browser")
        give_up_at = self._clock.monotonic() + (deadline - evidence.started_at).total_seconds()
        crew = self._crew(request.run_id)
        may_stay = False
        try:
            order = Order(
                request=request,
                gallery=self._gallery,
                scratch=crew.folder,
                chromium=leashed(browser, crew.folder),
                no_sandbox=self._no_sandbox,
            )
            crew.order(dump_json(order))
            self._watch(crew.process, evidence, give_up_at, cancelled, told)
            assert evidence.end is not None  # `_watch` returns with one
            may_stay = evidence.end.status in CAME_TO_AN_END and crew.rest()
        finally:
            if may_stay:
                self._resting = crew
            else:
                crew.end()
        return evidence.result(completed_at=self._clock.now(), now=self._clock.monotonic())

    def close(self) -> None:
        """End the worker that waits for another session of its run; nothing is left then."""
        crew, self._resting = self._resting, None
        if crew is not None:
            crew.end()

    def _crew(self, run_id: str) -> Crew:
        """The one that rests if it may play for this run, else a new one; taken until it is put back."""
        if self._resting is not None and self._resting.plays_for(run_id):
            crew, self._resting = self._resting, None
            return crew
        self.close()
        return Crew(run_id, scratch=self._scratch, node=_node())

    def _watch(
        self,
        process: subprocess.Popen[bytes],
        evidence: Evidence,
        give_up_at: float,
        cancelled: Callable[[], bool],
        told: Callable[[StepResult], None],
    ) -> None:
        """Collect evidence until the worker ends, or the deadline or a cancel comes."""
        for messages in _messages(process):
            for message in messages:
                evidence.add(message, now=self._clock.monotonic())
                if isinstance(message, StepResult):
                    told(message)
            if evidence.end is not None:
                return
            if self._clock.monotonic() >= give_up_at:
                evidence.end = End(
                    SessionStatus.TIMEOUT, f"the run's time was over {evidence.where()}; it was stopped"
                )
                return
            if cancelled():
                evidence.end = End(SessionStatus.CANCELLED, f"cancelled {evidence.where()}")
                return
        evidence.end = End(
            SessionStatus.CRASHED, f"{_death(process)} {evidence.where()}; another try may help"
        )


def _messages(process: subprocess.Popen[bytes]) -> Iterator[list[Message]]:
    """What the worker said since the last look, at least every POLL_SECONDS; ends with its output."""
    assert process.stdout is not None
    pipe = process.stdout.fileno()
    os.set_blocking(pipe, False)
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            if not selector.select(POLL_SECONDS):
                yield []
                continue
            data = os.read(pipe, READ_BYTES)
            if not data:
                return
            *lines, rest = (rest + data).split(b"\n")
            yield [decoded(line.decode()) for line in lines]


def _death(process: subprocess.Popen[bytes]) -> str:
    code = process.wait()
    if code < 0:
        return f"the browser's worker was killed (signal {signal.Signals(-code).name})"
    return f"the browser's worker ended unexpectedly (exit {code})"


def _node() -> Path:
    """Playwright's own driver program."""
    from playwright._impl._driver import compute_driver_executable

    return Path(compute_driver_executable()[0])
