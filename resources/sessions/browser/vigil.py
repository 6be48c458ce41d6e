"""The vigil: what a session's processes take of the machine and whether they go on, seen from outside of the browser."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import psutil

LOOK_SECONDS = 0.2  # a page fills one to two GB in a second, so this is how far over its limit a session gets
FAMILY_SECONDS = 0.5  # who belongs to it takes 3 ms to find out on a small machine, 20 on a large one
SURE_SECONDS = 2.0  # how long a sum is believed that leaves out what processes share
HELD_SECONDS = 5.0  # a debugger that only looks lets go sooner
HELD = (psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP)
NAMES = {
    "node": "Playwright's driver",
    "python": "the browser's worker",
}  # by the beginning of a process's name


@dataclass(frozen=True, slots=True)
class TooLarge:
    """All of them together take more than they may; what a page does with its browser is the site's doing."""

    taken_bytes: int
    limit_bytes: int

    def __str__(self) -> str:
        return (
            f"the page took {_gigabytes(self.taken_bytes)} of memory; a session may take "
            f"{_gigabytes(self.limit_bytes)} (INSPECT_SESSION_MEMORY_MB), so its browser was ended"
        )


@dataclass(frozen=True, slots=True)
class Held:
    """One of them is kept from going on, which no page can do."""

    pid: int
    what: str
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.what} (process {self.pid}) stood still for {self.seconds:.0f} s: "
            "it was stopped by a signal or a debugger"
        )


class Vigil:
    """Over one worker and all that it starts: Playwright's driver, and Chromium with its renderers.

    Args:
        pid: The worker's.
        limit_bytes: What all may take together; memory that they share counts once.
    """

    def __init__(self, pid: int, limit_bytes: int) -> None:
        self._pid = pid
        self._limit = limit_bytes
        self._family: list[psutil.Process] = []
        self._found_at = self._looked_at = float("-inf")  # monotonic seconds, as all times here
        self._summed_at = float("-inf")
        self._enough = 0  # the simple sum under which the true one cannot be over the limit
        self._held_since: dict[int, float] = {}

    def look(self, now: float) -> TooLarge | Held | None:
        """What is wrong with them, if anything; costs nothing when the last look was just now."""
        if now - self._looked_at < LOOK_SECONDS:
            return None
        self._looked_at = now
        if now - self._found_at >= FAMILY_SECONDS:
            self._found_at, self._family = now, _family(self._pid)
        return self._too_large(now) or self._held(now)

    def _too_large(self, now: float) -> TooLarge | None:
        simple = sum(
            map(_resident, self._family)
        )  # quick to ask, but what ten processes share is in it ten times
        if simple <= self._limit or (simple < self._enough and now - self._summed_at < SURE_SECONDS):
            return None
        taken = sum(map(_proportional, self._family))
        self._summed_at, self._enough = now, simple + self._limit - taken
        return TooLarge(taken, self._limit) if taken > self._limit else None

    def _held(self, now: float) -> Held | None:
        held = {each.pid: each for each in self._family if _is_held(each)}
        self._held_since = {pid: self._held_since.get(pid, now) for pid in held}
        for pid, since in self._held_since.items():
            if now - since >= HELD_SECONDS:
                return Held(pid, _named(held[pid]), now - since)
        return None


def _family(pid: int) -> list[psutil.Process]:
    try:
        worker = psutil.Process(pid)
        return [worker, *worker.children(recursive=True)]
    except psutil.Error:  # it has just ended, which its silence tells
        return []


def _resident(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        return int(process.memory_info().rss)
    return 0


def _proportional(process: psutil.Process) -> int:
    """What it takes, with its part of what it shares, in memory and in swap; its own alone where a sandbox hides the rest."""
    try:
        full = process.memory_full_info()
        return int(getattr(full, "pss", full.uss) + getattr(full, "swap", 0))
    except psutil.AccessDenied:
        seen = process.memory_info()
        return int(seen.rss - getattr(seen, "shared", 0))
    except psutil.Error:
        return 0


def _is_held(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.status() in HELD
    return False


def _named(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        name = process.name()
        return next((what for start, what in NAMES.items() if name.startswith(start)), "Chromium")
    return "Chromium"


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
