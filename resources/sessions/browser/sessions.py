"""Browser sessions: a playbook is played by a worker process, which this process watches and always outlives."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from inspect_pipelines.config.serial import dump_json
from inspect_pipelines.domain.finding import Finding
from inspect_pipelines.domain.screenshot import Environment, Screenshot
from inspect_pipelines.domain.session import (
    ConsoleLine,
    SessionRequest,
    SessionResult,
    SessionStatus,
    StepResult,
    StepStatus,
)
from inspect_pipelines.ports import Clock
from resources import chromium
from resources.sessions.browser.family import leashed, scratch_folder, worker
from resources.sessions.browser.wire import (
    End,
    Findings,
    Launching,
    Message,
    Order,
    Playing,
    decoded,
)

POLL_SECONDS = 0.1  # how soon a deadline or a cancel is seen
READ_BYTES = 1 << 16


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
        self._no_sandbox = os.geteuid() == 0 if no_sandbox is None else no_sandbox

    def play(
        self,
        request: SessionRequest,
        *,
        deadline: datetime,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> SessionResult:
        """Play a playbook and return what was seen, also when it ended early; nothing it started is left."""
        browser = chromium.find(self._browser)
        evidence = _Evidence(request, started_at=self._clock.now())
        give_up_at = self._clock.monotonic() + (deadline - evidence.started_at).total_seconds()
        with scratch_folder(self._scratch) as folder:
            order = Order(
                request=request,
                gallery=self._gallery,
                scratch=folder,
                chromium=leashed(browser, folder),
                no_sandbox=self._no_sandbox,
            )
            with worker(dump_json(order), folder=folder, node=leashed(_node(), folder)) as process:
                self._watch(process, evidence, give_up_at, cancelled)
        return evidence.result(completed_at=self._clock.now(), now=self._clock.monotonic())

    def _watch(
        self,
        process: subprocess.Popen[bytes],
        evidence: _Evidence,
        give_up_at: float,
        cancelled: Callable[[], bool],
    ) -> None:
        """Collect evidence until the worker ends, or the deadline or a cancel comes."""
        for messages in _messages(process):
            for message in messages:
                evidence.add(message, now=self._clock.monotonic())
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


@dataclass
class _Evidence:
    """What was seen so far."""

    request: SessionRequest
    started_at: datetime
    end: End | None = None
    steps: list[StepResult] = field(default_factory=list)
    screenshots: list[Screenshot] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    console: list[ConsoleLine] = field(default_factory=list)
    environment: Environment | None = None
    playing: Playing | None = None
    browser_since: float | None = None

    def add(self, message: Message, *, now: float) -> None:
        match message:
            case Launching():
                self.browser_since = now
            case Environment():
                self.environment = message
            case Playing():
                self.playing = message
            case StepResult():
                self.steps.append(message)
                self.playing = None
            case Screenshot():
                self.screenshots.append(message)
            case Finding():
                self.findings.append(message)
            case ConsoleLine():
                self.console.append(message)
            case Findings():
                self.findings = list(message.all)
            case End():
                self.end = message

    def where(self) -> str:
        """How far it came, for the end of a sentence."""
        if self.playing is not None:
            return f"in step {self.playing.step_id!r} ({self.playing.viewport})"
        if self.environment is None:
            return "before the browser was up"
        return f"after {len(self.steps)} steps" if self.steps else "before the first step"

    def result(self, *, completed_at: datetime, now: float) -> SessionResult:
        assert self.end is not None
        playbook = self.request.playbook
        return SessionResult(
            id=self.request.id,
            playbook=playbook.id,
            status=self.end.status,
            started_at=self.started_at,
            completed_at=completed_at,
            steps=(*self.steps, *self._unplayed()),
            screenshots=tuple(self.screenshots),
            findings=tuple(self.findings),
            console=tuple(self.console),
            environment=self.environment,
            error=self.end.error,
            browser_ms=0 if self.browser_since is None else round((now - self.browser_since) * 1000),
            fail_on=playbook.findings.fail_on,
        )

    def _unplayed(self) -> Iterator[StepResult]:
        """The steps that the worker never reported, so that a report lists every one."""
        reported = {(step.viewport, step.step_id) for step in self.steps}
        for viewport in self.request.playbook.viewports:
            for step in self.request.playbook.steps:
                if (viewport.name, step.id) in reported:
                    continue
                result = StepResult(step.id, step.name, viewport.name, StepStatus.SKIPPED, 0, "not reached")
                if self.playing == Playing(step.id, viewport.name):
                    result = replace(result, status=StepStatus.FAILED, message="interrupted")
                yield result


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
