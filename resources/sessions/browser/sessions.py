"""Browser sessions: a playbook is played by a worker process, which this process watches and outlives."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from inspect_pipelines.domain.finding import Finding, FindingKind, Severity
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.domain.session import (
    SessionRequest,
    SessionResult,
    SessionStatus,
    StepResult,
    StepStatus,
)
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.stored.serial import dump_json
from resources import chromium
from resources.live_frames import FolderLiveFrames
from resources.objects.bucket import Bucket
from resources.sessions.browser.crew import Crew
from resources.sessions.browser.family import leashed
from resources.sessions.browser.order import Order
from resources.sessions.browser.vigil import Held, TooLarge, Vigil
from resources.sessions.evidence import Evidence
from resources.sessions.wire import End

TEARDOWN_SECONDS = 60.0  # for a teardown after a deadline or a cancel
POLL_SECONDS = 0.1  # how soon a deadline or a cancel is seen
READ_BYTES = 1 << 16
MEMORY_MB = 3500  # of a session, see docs/operating.md
CAME_TO_AN_END = (
    SessionStatus.COMPLETED,
    SessionStatus.FAILED,
    SessionStatus.AUTH,
)  # what the worker itself said, with its browser alive


class BrowserSessions:
    """Plays playbooks in this machine's Chromium.

    Args:
        gallery: The folder or bucket of the gallery, where the worker stores its pictures.
        logins: The folder of kept logins; None: beside the gallery, which is a folder then.
        scratch: For temporary files when the system's own folder does not do.
        browser: The Chromium to start; None: found on the machine.
        no_sandbox: Start Chromium without its sandbox; None: only as root, where it refuses to start with one.
        memory_mb: What a session's processes may take together; a page that makes them take more has failed.
        live: Where windows are shown while they are played; None: nowhere.
        evidence: Where traces, films and network logs are kept; None: nowhere.
        is_headed: Play on a screen.
        hold: Called with a step that has failed; its window stays as it is until this returns. None: it does not.
    """

    def __init__(
        self,
        *,
        gallery: Path | Bucket,
        scratch: Path,
        clock: Clock,
        logins: Path | None = None,
        browser: Path | None = None,
        no_sandbox: bool | None = None,
        memory_mb: int = MEMORY_MB,
        live: FolderLiveFrames | None = None,
        evidence: Path | None = None,
        is_headed: bool = False,
        hold: Callable[[StepResult], None] | None = None,
    ) -> None:
        self._gallery = gallery
        self._scratch = scratch
        if logins is None:
            assert isinstance(gallery, Path)  # whoever has a bucket says where logins are
            logins = gallery.parent / "logins"
        self._logins = logins
        self._clock = clock
        self._browser = browser
        self._memory_bytes = memory_mb * 1_000_000
        self._live = live
        self._evidence = evidence
        self._is_headed = is_headed
        self._hold = hold
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
        rested = self._take_rested(request.run_id)
        try:
            if rested is not None:
                self._play(rested, browser, evidence, give_up_at, cancelled, told)
            if rested is None or evidence.is_of_nothing():  # it had died at rest, before this order came
                evidence.end = None
                crew = Crew(request.run_id, scratch=self._scratch, node=_node())
                self._play(crew, browser, evidence, give_up_at, cancelled, told)
        finally:
            if self._live is not None:
                self._live.drop(RunId(request.run_id))
        return evidence.result(completed_at=self._clock.now(), now=self._clock.monotonic())

    def are_elsewhere(self, playbook: Playbook) -> bool:
        return False  # this machine's memory, and its pictures' peace

    def close(self) -> None:
        """End the worker that waits for another session of its run; nothing is left then."""
        crew, self._resting = self._resting, None
        if crew is not None:
            crew.end()

    def _take_rested(self, run_id: str) -> Crew | None:
        """The one that rests if it may play for this run; nobody rests after this."""
        if self._resting is not None and self._resting.plays_for(run_id):
            crew, self._resting = self._resting, None
            return crew
        self.close()
        return None

    def _play(
        self,
        crew: Crew,
        browser: Path,
        evidence: Evidence,
        give_up_at: float,
        cancelled: Callable[[], bool],
        told: Callable[[StepResult], None],
    ) -> None:
        """Let a crew play; it rests or is gone then."""
        may_stay = False
        try:
            order = Order(
                request=evidence.request,
                gallery=self._gallery,
                scratch=crew.folder,
                chromium=leashed(browser, crew.folder),
                no_sandbox=self._no_sandbox,
                headed=self._is_headed,
                holds=self._hold is not None,
                logins=self._logins,
                evidence=self._evidence,
                live=self._live.folder if self._live else None,
            )
            crew.order(dump_json(order))
            is_told = self._watch(crew.process, evidence, give_up_at, cancelled, told)
            assert evidence.end is not None  # `_watch` returns with one
            may_stay = is_told and evidence.end.status in CAME_TO_AN_END and crew.rest()
        finally:
            if may_stay:
                self._resting = crew
            else:
                crew.end()

    def _look_at(self, step: StepResult, process: subprocess.Popen[bytes]) -> None:
        if self._hold is not None and step.status is StepStatus.FAILED:
            self._hold(step)
            process.send_signal(signal.SIGUSR2)

    def _watch(
        self,
        process: subprocess.Popen[bytes],
        evidence: Evidence,
        give_up_at: float,
        cancelled: Callable[[], bool],
        told: Callable[[StepResult], None],
    ) -> bool:
        """Collect evidence until the session ends; whether the worker said so itself, or was ended."""
        vigil = Vigil(process.pid, self._memory_bytes)
        stop: _Stop | None = None
        for lines in _lines(process):
            now = self._clock.monotonic()
            for line in lines:
                message = evidence.hear(line, now=now)
                if isinstance(message, StepResult):
                    told(message)
                    self._look_at(message, process)
            if evidence.end is not None:
                if stop is not None:
                    evidence.end = stop.end
                return stop is None
            if stop is None and (end := _wanted_end(evidence, now >= give_up_at, cancelled)):
                if not evidence.has_teardown():
                    evidence.end = end
                    return False
                process.send_signal(signal.SIGUSR1)
                stop = _Stop(end, now + TEARDOWN_SECONDS)
            if stop is not None and now >= stop.give_up_at:
                left = f"; its teardown did not end within {TEARDOWN_SECONDS:g} s"
                evidence.end = replace(stop.end, error=f"{stop.end.error}{left}")
                return False
            if trouble := vigil.look(now):
                _give_up(evidence, trouble)
                return False
        died = End(SessionStatus.CRASHED, f"{_death(process)} {evidence.where()}; another try may help")
        evidence.end = stop.end if stop is not None else died
        return False


@dataclass(frozen=True, slots=True)
class _Stop:
    """A deadline or a cancel, after which the teardown is being played."""

    end: End
    give_up_at: float


def _wanted_end(evidence: Evidence, is_late: bool, cancelled: Callable[[], bool]) -> End | None:
    if is_late:
        return End(SessionStatus.TIMEOUT, f"the run's time was over {evidence.where()}; it was stopped")
    return End(SessionStatus.CANCELLED, f"cancelled {evidence.where()}") if cancelled() else None


def _give_up(evidence: Evidence, trouble: TooLarge | Held) -> None:
    playing = evidence.playing
    if isinstance(trouble, Held):
        evidence.end = End(SessionStatus.CRASHED, f"{evidence.where()} {trouble}; another try may help")
        return
    evidence.findings.append(
        Finding(
            FindingKind.PAGE_ERROR,
            Severity.ERROR,
            str(trouble),
            playbook=evidence.request.playbook.id,
            step_id=playing.step_id if playing else "",
            viewport=playing.viewport if playing else "",
            route="",
        )
    )
    step = f"step {playing.step_id!r} ({playing.viewport})" if playing else evidence.where()
    evidence.end = End(SessionStatus.FAILED, f"{step}: {trouble}")


def _lines(process: subprocess.Popen[bytes]) -> Iterator[list[str]]:
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
            yield [line.decode() for line in lines]


def _death(process: subprocess.Popen[bytes]) -> str:
    code = process.wait()
    if code < 0:
        return f"the browser's worker was killed (signal {signal.Signals(-code).name})"
    return f"the browser's worker ended unexpectedly (exit {code})"


def _node() -> Path:
    """Playwright's own driver program."""
    from playwright._impl._driver import compute_driver_executable

    return Path(compute_driver_executable()[0])
