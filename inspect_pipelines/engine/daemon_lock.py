"""Whether Dagster's daemon is alive: its lock when `up` started it, its heartbeat when something else did."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

from inspect_pipelines.errors import Unavailable
from resources.disk.lock import is_locked, take_lock

HEARTBEAT_IS_FRESH = timedelta(seconds=75)  # the daemon writes one every 30 s
LAST_WORDS = timedelta(seconds=15)  # a daemon that is being stopped may still write a heartbeat


def take_daemon_lock(path: Path) -> int:
    """A descriptor to hand to the daemon process: the kernel lets go of the lock when that process ends."""
    descriptor = take_lock(path)
    if descriptor is None:
        raise Unavailable(
            f"Dagster's daemon cannot start: another one holds {str(path)!r}, left by an `up` that was killed; "
            "it ends within seconds: start `up` again then"
        )
    return descriptor


def touch_daemon_lock(path: Path) -> None:
    """Note that the daemon of `up` was alive just now; a later heartbeat is another daemon's."""
    os.utime(path)


def daemon_is_alive(lock: Path, heartbeat: datetime | None, *, now: datetime) -> bool:
    """Whether somebody will take a run from the queue.

    A heartbeat outlives its daemon by half a minute, and nobody would take a run that is queued in it. So the lock
    decides while it is held; else only a heartbeat that our own dead daemon cannot have written counts.
    """
    if is_locked(lock):
        return True
    try:
        last_alive = datetime.fromtimestamp(lock.stat().st_mtime, tz=now.tzinfo)
    except FileNotFoundError:
        last_alive = None
    if heartbeat is None or now - heartbeat > HEARTBEAT_IS_FRESH:
        return False
    return last_alive is None or heartbeat > last_alive + LAST_WORDS
