"""A session's processes: whatever happens, none of them outlives its run, and what was seen until then is kept."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from inspect_pipelines.domain.action import Goto, TakeScreenshot, WaitFor
from inspect_pipelines.domain.playbook import DESKTOP, Step, Viewport
from inspect_pipelines.domain.session import SessionStatus, StepStatus, Value
from inspect_pipelines.domain.target import Target
from inspect_pipelines.errors import SetupMissing
from patience import allowed, until
from processes import lives
from resources.clock import SystemClock
from resources.gallery.folder import FolderGallery
from resources.sessions.browser import family
from resources.sessions.browser.crew import Crew
from resources.sessions.browser.sessions import BrowserSessions
from session_requests import a_request

GONE_WITHIN_SECONDS = 5
WAITING = (
    Step("look", "Look", (Goto("/"), TakeScreenshot("home"))),
    Step("wait", "Wait", (WaitFor(Target(text="Never")),), timeout_seconds=600),
    Step("after", "After", (TakeScreenshot("after"),)),
)


@pytest.fixture
def temporary(tmp_path, monkeypatch) -> Path:
    """A temporary folder of the test's own, beside `tmp_path`, with a short name: Chromium's sockets need one."""
    folder = Path(tempfile.mkdtemp(prefix="ip-", dir="/tmp"))
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    assert list(folder.iterdir()) == []  # every profile and temporary file is gone
    folder.rmdir()


@pytest.fixture
def sessions(tmp_path: Path) -> BrowserSessions:
    return BrowserSessions(gallery=tmp_path / "gallery", scratch=tmp_path / "scratch", clock=SystemClock())


def in_time():
    """A deadline that no busy machine comes to."""
    return SystemClock().now() + timedelta(minutes=10)


def of_family(folder: Path) -> list[psutil.Process]:
    """Every living process with this folder in its environment or arguments: workers, drivers, browsers."""
    found = []
    for process in psutil.process_iter():
        try:
            is_ours = str(folder) in str(process.environ()) or str(folder) in " ".join(process.cmdline())
            if process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE and is_ours:
                found.append(process)
        except psutil.Error:
            continue
    return found


SIGNS = {"worker": "browser.worker", "chromium": "--user-data-dir", "driver": "cli.js"}


def kinds(processes: list[psutil.Process]) -> set[str]:
    names = set()
    for process in processes:
        with suppress(psutil.Error):
            line = " ".join(process.cmdline())
            names |= {name for name, sign in SIGNS.items() if sign in line}
    return names


def kill(folder: Path, sign: str) -> None:
    for process in of_family(folder):
        with suppress(psutil.Error):  # it went with another one
            if sign in " ".join(process.cmdline()):
                process.kill()


class ClockThatJumps(SystemClock):
    """An hour goes by a second after something has happened."""

    def __init__(self, has_happened: Callable[[], bool]) -> None:
        super().__init__()
        self._has_happened = has_happened
        self._since: float | None = None

    def monotonic(self) -> float:
        now = super().monotonic()
        if self._since is None and self._has_happened():
            self._since = now
        return now + (3600 if self._since is not None and now > self._since + 1 else 0)


def pictures(folder: Path) -> int:
    return len(list(folder.glob("gallery/??/*.png")))


def test_a_session_brings_its_evidence_and_leaves_nothing_behind(
    sessions, site, tmp_path, temporary, monkeypatch
):
    monkeypatch.setenv("TEST_PASSWORD", "open sesame")
    before = set(psutil.Process().children(recursive=True))

    result = sessions.play(
        a_request(
            site.url,
            Goto("/{{page}}?w={{password}}"),
            TakeScreenshot("other"),
            viewports=(DESKTOP, Viewport("phone", 390, 844, 2.0, mobile=True)),
            values={
                "page": Value("other"),
                "password": Value("${env:TEST_PASSWORD}", is_secret_reference=True),
            },
            seconds=10,
        ),
        deadline=in_time(),
    )

    assert result.error is None
    assert result.status is SessionStatus.COMPLETED
    assert [step.status for step in result.steps] == [StepStatus.PASSED] * 2
    assert [FolderGallery(tmp_path / "gallery").get(shot.sha256)[:4] for shot in result.screenshots] == [
        b"\x89PNG"
    ] * 2
    assert result.screenshots[0].url == f"{site.url}/other?w=***"
    assert result.environment.browser.startswith("Chromium ")
    assert 0 < result.browser_ms < (result.completed_at - result.started_at).total_seconds() * 1000
    assert kinds(of_family(temporary)) == {"worker", "driver"}  # for another session of the same run
    sessions.close()
    assert of_family(temporary) == []
    assert set(psutil.Process().children(recursive=True)) <= before


def test_another_session_of_a_run_finds_the_worker_up_and_a_browser_of_its_own(
    sessions, site, temporary
) -> None:
    seen: dict[
        str, dict[int, set[str]]
    ] = {}  # what each process was last: one just forked is called as its parent

    def played(name: str, run_id: str) -> None:
        def look() -> bool:
            for process in of_family(temporary):
                seen.setdefault(name, {})[process.pid] = kinds([process])
            return False

        request = replace(
            a_request(site.url, Goto("/other"), TakeScreenshot("home"), seconds=20), run_id=run_id
        )
        result = sessions.play(request, deadline=in_time(), cancelled=look)
        assert result.error is None
        assert kinds(of_family(temporary)) == {"worker", "driver"}

    played("first", "run-1")
    played("second", "run-1")
    played("other", "run-2")
    sessions.close()

    first, second, other = (
        {kind: {pid for pid, was in seen[name].items() if kind in was} for kind in SIGNS}
        for name in ("first", "second", "other")
    )
    assert first["worker"] == second["worker"] != set()
    assert first["driver"] == second["driver"] != set()
    assert first["chromium"]
    assert not first["chromium"] & second["chromium"]
    assert not (second["worker"] | second["driver"]) & (other["worker"] | other["driver"])
    assert of_family(temporary) == []


def test_a_secret_of_one_session_is_a_word_like_any_other_in_the_next(
    sessions, site, temporary, monkeypatch
) -> None:
    monkeypatch.setenv("TEST_PASSWORD", "open sesame")
    secret = {"password": Value("${env:TEST_PASSWORD}", is_secret_reference=True)}
    first = a_request(
        site.url, Goto("/other?w={{password}}"), TakeScreenshot("home"), values=secret, seconds=20
    )
    second = a_request(site.url, Goto("/other?w=open sesame"), TakeScreenshot("home"), seconds=20)

    sessions.play(first, deadline=in_time())
    result = sessions.play(second, deadline=in_time())
    sessions.close()

    assert result.error is None
    assert result.screenshots[0].url == f"{site.url}/other?w=open%20sesame"  # to this one it is no secret
    assert len(result.steps) == 1


def test_what_the_browser_of_one_session_said_last_is_not_heard_in_the_next(
    sessions, site, temporary
) -> None:
    talks = a_request(site.url, Goto("/talks"), TakeScreenshot("talks"), seconds=20)
    quiet = a_request(site.url, Goto("/other"), seconds=20)

    first = sessions.play(talks, deadline=in_time())
    second = sessions.play(quiet, deadline=in_time())
    sessions.close()

    assert "still here" in {line.text for line in first.console}
    assert second.error is None
    assert second.console == ()


def test_a_worker_that_died_while_it_rested_is_replaced(sessions, site, temporary) -> None:
    request = a_request(site.url, Goto("/other"), TakeScreenshot("home"), seconds=20)
    sessions.play(request, deadline=in_time())
    kill(temporary, "resources.sessions.browser.worker")
    until(lambda: not of_family(temporary), GONE_WITHIN_SECONDS)

    result = sessions.play(request, deadline=in_time())
    sessions.close()

    assert result.status is SessionStatus.COMPLETED


class OfTheDoomed(BrowserSessions):
    """The worker that rests dies as soon as it is chosen."""

    def _take_rested(self, run_id: str) -> Crew | None:
        crew = super()._take_rested(run_id)
        if crew is not None:
            crew.process.kill()
        return crew


def test_a_worker_that_dies_between_the_look_at_it_and_its_order_is_replaced(
    site, tmp_path, temporary
) -> None:
    """A loaded machine ended the resting worker; it was still there when it was chosen, and the run crashed."""
    sessions = OfTheDoomed(gallery=tmp_path / "gallery", scratch=tmp_path / "scratch", clock=SystemClock())
    request = a_request(site.url, Goto("/other"), TakeScreenshot("home"), seconds=20)

    first = sessions.play(request, deadline=in_time())
    second = sessions.play(request, deadline=in_time())
    sessions.close()

    assert [result.status for result in (first, second)] == [SessionStatus.COMPLETED] * 2
    assert len(second.screenshots) == 1


def test_nothing_is_left_after_the_deadline_and_the_evidence_until_then_is_kept(site, tmp_path, temporary):
    clock = ClockThatJumps(lambda: pictures(tmp_path) > 0)
    sessions = BrowserSessions(gallery=tmp_path / "gallery", scratch=tmp_path, clock=clock)

    result = sessions.play(a_request(site.url, *WAITING), deadline=in_time())

    assert result.status is SessionStatus.TIMEOUT
    assert result.error == "the run's time was over in step 'wait' (desktop); it was stopped"
    assert [(step.step_id, step.status.value, step.message) for step in result.steps] == [
        ("look", "passed", ""),
        ("wait", "failed", "interrupted"),
        ("after", "skipped", "not reached"),
    ]
    assert [shot.view.name for shot in result.screenshots] == ["home"]
    assert of_family(temporary) == []


def test_nothing_is_left_after_a_cancel_which_is_seen_at_once(sessions, site, tmp_path, temporary):
    def cancelled() -> bool:
        if pictures(tmp_path) and "at" not in asked:
            seen.update(kinds(of_family(temporary)))
            asked["at"] = time.monotonic()
        return "at" in asked

    asked: dict[str, float] = {}
    seen: set[str] = set()
    result = sessions.play(a_request(site.url, *WAITING), deadline=in_time(), cancelled=cancelled)

    assert result.status is SessionStatus.CANCELLED
    assert result.error.startswith("cancelled ")
    assert time.monotonic() - asked["at"] < allowed(3)
    assert seen == {"worker", "driver", "chromium"}  # they were there, so their absence means something
    assert of_family(temporary) == []


def test_nothing_is_left_after_an_exception_of_any_kind(sessions, site, tmp_path, temporary):
    class Interrupted(BaseException):
        """As Dagster's interruption, which is no Exception."""

    def cancelled() -> bool:
        if pictures(tmp_path):
            raise Interrupted
        return False

    with pytest.raises(Interrupted):
        sessions.play(a_request(site.url, *WAITING), deadline=in_time(), cancelled=cancelled)

    assert of_family(temporary) == []


RUN = """
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from inspect_pipelines.stored.serial import load_json
from inspect_pipelines.domain.session import SessionRequest
from resources.clock import SystemClock
from resources.sessions.browser.sessions import BrowserSessions

folder = Path(sys.argv[1])
sessions = BrowserSessions(gallery=folder / "gallery", scratch=folder, clock=SystemClock())
request = load_json(SessionRequest, (folder / "request.json").read_text())
sessions.play(request, deadline=SystemClock().now() + timedelta(minutes=10))
"""


def test_nothing_is_left_after_a_kill_9_of_the_run(sessions, site, tmp_path, temporary):
    """Not even files: the next session sweeps what the killed one could not."""
    from inspect_pipelines.stored.serial import dump_json

    (tmp_path / "request.json").write_text(dump_json(a_request(site.url, *WAITING)))
    run = subprocess.Popen([sys.executable, "-c", RUN, tmp_path])
    until(lambda: pictures(tmp_path) > 0)
    alive = of_family(temporary)
    assert kinds(alive) == {"worker", "driver", "chromium"}

    run.send_signal(signal.SIGKILL)
    run.wait()

    until(lambda: not of_family(temporary) and not any(map(lives, alive)), GONE_WITHIN_SECONDS)
    assert [folder.name.startswith(family.PREFIX) for folder in temporary.iterdir()] == [True]
    family.sweep(temporary)  # as every session does when it starts


def test_a_worker_that_is_killed_is_a_crash_of_ours_with_the_evidence_until_then(
    sessions, site, tmp_path, temporary
):
    def kill_worker() -> None:
        until(lambda: pictures(tmp_path) > 0)
        kill(temporary, "resources.sessions.browser.worker")

    killer = threading.Thread(target=kill_worker)
    killer.start()
    result = sessions.play(a_request(site.url, *WAITING), deadline=in_time())
    killer.join()

    assert result.status is SessionStatus.CRASHED
    assert result.error.startswith("the browser's worker was killed (signal SIGKILL) ")
    assert result.error.endswith("; another try may help")
    assert of_family(temporary) == []


def test_a_browser_that_is_killed_is_a_crash_of_ours(sessions, site, tmp_path, temporary):
    def kill_browser() -> None:
        until(lambda: pictures(tmp_path) > 0)
        kill(temporary, "--user-data-dir")

    killer = threading.Thread(target=kill_browser)
    killer.start()
    result = sessions.play(a_request(site.url, *WAITING), deadline=in_time())
    killer.join()

    assert result.status is SessionStatus.CRASHED
    assert result.error.startswith("the browser died in step ")
    assert of_family(temporary) == []


def test_a_deadline_that_has_passed_plays_nothing(sessions, site, tmp_path, temporary):
    result = sessions.play(a_request(site.url, *WAITING), deadline=SystemClock().now())

    assert result.status is SessionStatus.TIMEOUT
    assert result.error == "the run's time was over before the browser was up; it was stopped"
    assert result.screenshots == ()


def test_without_a_browser_there_is_no_session(site, tmp_path):
    sessions = BrowserSessions(
        gallery=tmp_path, scratch=tmp_path, clock=SystemClock(), browser=tmp_path / "no-such-browser"
    )

    with pytest.raises(SetupMissing, match="which is no program; get one with: apt-get install chromium"):
        sessions.play(a_request(site.url, *WAITING), deadline=in_time())


def test_a_browser_that_does_not_start_is_a_crash_of_ours(site, tmp_path, temporary):
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\necho no display >&2\nexit 1\n")
    broken.chmod(0o755)
    sessions = BrowserSessions(gallery=tmp_path, scratch=tmp_path, clock=SystemClock(), browser=broken)

    result = sessions.play(a_request(site.url, *WAITING), deadline=in_time())

    assert result.status is SessionStatus.CRASHED
    assert result.error.startswith("Chromium did not start: ")
    assert result.error.endswith("see: inspect-pipelines doctor")


def test_two_sessions_that_start_at_once_do_not_sweep_each_other_s_folders(temporary, tmp_path, monkeypatch):
    """One made its lock's file, the other took the lock first and removed the folder: the first had no place then."""
    flock = fcntl.flock
    asked: list[int] = []

    def lock_late(descriptor: int, how: int) -> None:
        asked.append(descriptor)
        if len(asked) == 1:
            family.sweep(temporary)
            assert list(temporary.iterdir()) == []
        flock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", lock_late)

    with family.scratch_folder(tmp_path) as folder:
        assert folder.exists()


def test_sweeping_leaves_folders_of_living_sessions_alone(temporary, tmp_path):
    with family.scratch_folder(tmp_path) as living:
        dead = temporary / f"{family.PREFIX}dead"
        dead.mkdir()
        (dead / "lock").touch()
        (dead / "profile").mkdir()

        family.sweep(temporary)

        assert living.exists()
        assert not dead.exists()
    assert not living.exists()
