"""What a page or a stranger does to a session's processes ends within bounds, and is told as whose doing it is."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from inspect_pipelines.domain.action import Goto, TakeScreenshot, WaitFor
from inspect_pipelines.domain.finding import FindingKind, Severity
from inspect_pipelines.domain.playbook import DESKTOP, Step, Viewport
from inspect_pipelines.domain.session import SessionResult, SessionStatus, StepStatus
from inspect_pipelines.domain.target import Target
from loopback_site.server import Site
from patience import allowed, until
from processes import children_with
from resources.clock import SystemClock
from resources.sessions.browser.sessions import BrowserSessions
from resources.sessions.browser.vigil import HELD_SECONDS, Held, TooLarge, Vigil
from session_requests import a_request

LIMIT_MB = 800  # an ordinary page takes 400
USES = "".join(f"<g id={inner}>{f'<use href=#{outer} />' * 10}</g>" for outer, inner in pairwise("abcdefgh"))
BOMBS = {
    "arrays": "<script>const a=[];setInterval(()=>{for(let i=0;i<9;i++)a.push(new Uint8Array(8e6).fill(7))},10)</script>",
    "canvas": "<body><script>setInterval(()=>{const c=document.createElement('canvas');c.width=c.height=6000;"
    "c.getContext('2d').fillRect(0,0,6000,6000);document.body.append(c)},20)</script>",
    "svg": f"<svg width=400 height=400><defs><g id=a><circle r=3 /></g>{USES}</defs><use href=#h /></svg>",
    "workers": "<script>for(let i=0;i<3;i++)new Worker(URL.createObjectURL(new Blob(["
    "'const a=[];setInterval(()=>a.push(new Uint8Array(2e7).fill(1)),5)'])))</script>",
}  # fmt: skip
SAYS_SO = "<script>onload = () => setTimeout(() => fetch('/shown'), 500)</script>"  # once it is a page
STAYS = Step("stay", "Stay", (WaitFor(Target(text="Never")),), timeout_seconds=90)


def played(
    tmp_path: Path, site: Site, *what: Step, memory_mb: int = 3500, name: str = "a", **changes: object
) -> SessionResult:
    clock = SystemClock()
    sessions = BrowserSessions(
        gallery=tmp_path / "gallery", scratch=tmp_path / name, clock=clock, memory_mb=memory_mb
    )
    try:
        return sessions.play(
            a_request(site.url, *what, **changes), deadline=clock.now() + timedelta(minutes=10)
        )
    finally:
        sessions.close()


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_page_that_takes_all_memory_has_failed_and_nobody_else_notices(tmp_path, site, bomb):
    """Such pages took 5 to 11 GB, and the kernel then killed whatever was largest on the machine."""
    site.serve("/bomb", f"<!doctype html><h1>Bomb</h1>{BOMBS[bomb]}")
    home = Step("home", "Home", (Goto("/"), TakeScreenshot("home")))
    calm: list[SessionResult] = []

    def play_beside() -> None:
        calm.append(played(tmp_path, site, home, name="beside"))

    beside = threading.Thread(target=play_beside)
    beside.start()
    result = played(
        tmp_path,
        site,
        home,
        Step("bomb", "Bomb", (Goto("/bomb"), *STAYS.actions), timeout_seconds=90),
        memory_mb=LIMIT_MB,
        viewports=(DESKTOP, Viewport("phone", 390, 800)),
    )
    beside.join()

    (finding,) = (one for one in result.findings if one.severity is Severity.ERROR)
    assert finding.kind is FindingKind.PAGE_ERROR
    assert finding.message.startswith("the page took ")
    assert (
        "a session may take 0.8 GB (INSPECT_SESSION_MEMORY_MB), so its browser was ended" in finding.message
    )
    assert (finding.step_id, finding.viewport) == ("bomb", "desktop")
    assert result.status is SessionStatus.FAILED
    assert result.error == f"step 'bomb' (desktop): {finding.message}"
    assert [shot.view.name for shot in result.screenshots] == ["home"]
    assert calm[0].status is SessionStatus.COMPLETED
    assert calm[0].findings == ()


def test_memory_that_processes_share_counts_once_and_an_ordinary_page_stays_far_below(tmp_path, site):
    result = played(tmp_path, site, Step("home", "Home", (Goto("/"), TakeScreenshot("home"))), memory_mb=700)

    assert result.status is SessionStatus.COMPLETED


def the_worker() -> psutil.Process:
    """That of the one session; other tests have browsers too."""
    (worker,) = children_with("browser.worker")
    return worker


SIGNS = {"Chromium": "--remote-debugging-pipe", "a renderer": "--type=renderer", "the driver": "cli.js"}


@pytest.mark.parametrize(("what", "called"), [
    ("Chromium", "Chromium"), ("a renderer", "Chromium"), ("the driver", "Playwright's driver"),
])  # fmt: skip
def test_a_process_that_is_stopped_is_ours_and_is_noticed_soon(tmp_path, site, what, called):
    """A frozen Chromium was told as a site that does not answer, after all time-outs."""
    stopped_at: list[float] = []

    def stop() -> None:
        until(lambda: "/shown" in site.requests[asked:])
        for process in the_worker().children(recursive=True):
            with suppress(psutil.Error):  # a helper of the browser's may just have ended
                if any(word.endswith(SIGNS[what]) for word in process.cmdline()):
                    process.send_signal(signal.SIGSTOP)
        stopped_at.append(time.monotonic())

    asked = len(site.requests)
    site.serve("/frozen", f"<h1>Here</h1>{SAYS_SO}")
    site.serve("/shown", "")
    stopping = threading.Thread(target=stop)
    stopping.start()
    result = played(
        tmp_path, site, Step("look", "Look", (Goto("/frozen"), *STAYS.actions), timeout_seconds=90)
    )

    stopping.join()
    assert time.monotonic() - stopped_at[0] < allowed(HELD_SECONDS + 5)
    assert result.status is SessionStatus.CRASHED
    assert f"in step 'look' (desktop) {called} (process " in (result.error or "")
    assert "stood still for 5 s: it was stopped by a signal or a debugger; another try may help" in (
        result.error or ""
    )
    assert result.findings == ()
    assert result.retry_may_help


def test_a_vigil_over_a_process_that_has_ended_finds_nothing() -> None:
    assert Vigil(2**22 - 1, 1).look(0.0) is None


def test_what_is_wrong_with_a_session_s_processes_is_a_sentence() -> None:
    assert str(TooLarge(5_230_000_000, 3_500_000_000)) == (
        "the page took 5.2 GB of memory; a session may take 3.5 GB (INSPECT_SESSION_MEMORY_MB), so its browser was ended"
    )
    assert str(Held(7, "Chromium", 5.2)) == (
        "Chromium (process 7) stood still for 5 s: it was stopped by a signal or a debugger"
    )


def timed(play: Callable[..., SessionResult], *what: object) -> tuple[float, SessionResult]:
    began = time.monotonic()
    result = play(*what, seconds=3)
    return time.monotonic() - began, result


@pytest.mark.parametrize(
    "address", ["/hang?frame", "file:///etc/passwd", "chrome://version", "/drop", "/trickle"]
)
def test_a_frame_that_never_gets_a_document_hinders_no_picture(play, site, address):
    """It cost 76 s, and the page was said not to react: whoever asks a frame without a document waits for ever."""
    site.serve("/framed", f"<!doctype html><h1>Page</h1><iframe src='{address}'></iframe>")

    took, result = timed(play, Goto("/framed"), TakeScreenshot("framed"))

    assert result.status is SessionStatus.COMPLETED
    assert len(result.screenshots) == 1
    assert not [one for one in result.findings if one.severity is Severity.ERROR]
    assert took < allowed(20)


def test_steps_after_the_end_were_not_reached(tmp_path, site):
    site.serve("/bomb", f"<!doctype html>{BOMBS['arrays']}")

    result = played(
        tmp_path, site, Step("bomb", "Bomb", (Goto("/bomb"), *STAYS.actions)), STAYS, memory_mb=LIMIT_MB
    )

    assert [step.status for step in result.steps] == [StepStatus.FAILED, StepStatus.SKIPPED]
