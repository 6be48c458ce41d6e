"""The watchdog: a page that answers no question any more costs a bounded time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer

import psutil

from resources.sessions.browser.window import Window

LAST_GRACE_SECONDS = 10.0  # then the whole browser goes
NOTICED_SECONDS = 3.0


@contextmanager
def watchdog(window: Window, seconds: float) -> Iterator[None]:
    """End the page's renderer when an action hangs: a script that never ends answers no question, not even ours.

    If even that frees nobody, end the whole browser.
    """

    def bite() -> None:
        window.hung_after = seconds
        end_renderers()

    timers = [Timer(seconds, bite), Timer(seconds + LAST_GRACE_SECONDS, _kill_children, ["--user-data-dir"])]
    for timer in timers:
        timer.daemon = True
        timer.start()
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()


def end_renderers() -> None:
    """End the renderers of this process's browser; pages crash, contexts stay.

    Returns when Chromium has noticed: a page that is opened before may be given one of them, and never comes.
    """
    psutil.wait_procs(_kill_children("--type=renderer"), timeout=NOTICED_SECONDS)


def _kill_children(flag: str) -> list[psutil.Process]:
    """Kill those of this process's descendants that were started with a flag."""
    killed = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if any(word.startswith(flag) for word in process.cmdline()):
                process.kill()
                killed.append(process)
    return killed
