"""One round of one site in a process of its own: by our session, or by plain Playwright; prints its seconds as JSON.

`python -m benchmarks.sessions.play ours|load|networkidle FILE URL FOLDER`; the words after `ours` are what plain Playwright waits for.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal, cast

from playwright.sync_api import sync_playwright

from inspect_pipelines.config.one_playbook import read_playbook
from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.domain.session import SessionRequest, SessionStatus
from resources import chromium
from resources.channels.registry import CHANNELS
from resources.clock import SystemClock
from resources.sessions.browser.sessions import BrowserSessions

SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER: what a browser leaves behind is ours to wait for, and so to count
FAR = datetime(2100, 1, 1, tzinfo=UTC)
Load = Literal["load", "networkidle"]


def main() -> None:
    """Play, and say how long it took: {"wall": s, "cpu": s of the whole process tree, "views": how many}."""
    how, file, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    playbook = read_playbook(file, kinds=CHANNELS, today=date(2026, 11, 29)).playbook
    play: Callable[[], int] = (
        (lambda: ours(playbook, folder))
        if how == "ours"
        else (lambda: plain(playbook, folder, cast("Load", how)))
    )
    ctypes.CDLL(None).prctl(SUBREAPER, 1)
    cpu, began_at = _cpu(), time.monotonic()
    views = play()
    wall = time.monotonic() - began_at
    with suppress(ChildProcessError):
        while True:
            os.wait()
    print(json.dumps({"wall": wall, "cpu": _cpu() - cpu, "views": views}))


def ours(playbook: Playbook, folder: Path) -> int:
    """As a run does it, in a worker and a browser of its own."""
    sessions = BrowserSessions(gallery=folder / "gallery", scratch=folder / "run", clock=SystemClock())
    try:
        result = sessions.play(SessionRequest("session", "run", playbook, {}), deadline=FAR)
    finally:
        sessions.close()
    if result.status is not SessionStatus.COMPLETED:
        raise RuntimeError(f"{playbook.id}: {result.error}")
    return len(result.screenshots)


def plain(playbook: Playbook, folder: Path, load: Load) -> int:
    """The same pages in the same viewports, whole, as somebody writes it in ten lines."""
    views = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        for viewport in playbook.viewports:
            context = browser.new_context(
                viewport={"width": viewport.width, "height": viewport.height},
                device_scale_factor=viewport.scale,
                is_mobile=viewport.mobile,
                has_touch=viewport.mobile,
                reduced_motion="reduce",
            )
            page = context.new_page()
            for action in playbook.actions():
                if isinstance(action, Goto):
                    page.goto(f"{playbook.base_url}{action.url}", wait_until=load)
                elif isinstance(action, TakeScreenshot):
                    page.screenshot(
                        path=folder / f"{action.name}-{viewport.name}.png",
                        full_page=True,
                        animations="disabled",
                    )
                    views += 1
            context.close()
        browser.close()
    return views


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


if __name__ == "__main__":
    main()
