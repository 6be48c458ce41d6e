"""Which runs have a living process: a lock file a run, which the kernel lets go of however the process ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class WorkerLocks:
    """flock files in INSPECT_HOME/run/workers, named by Dagster run id; meant for processes of one machine.

    A worker holds its lock before it claims a run, so whoever reads the claim finds the lock taken.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, int] = {}

    def hold(self, dagster_run_id: str) -> None:
        """Take the lock and keep it until this process ends; children do not inherit it."""
        if dagster_run_id in self._held:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path(dagster_run_id), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        self._held[dagster_run_id] = descriptor

    def is_alive(self, dagster_run_id: str) -> bool:
        """Whether a process (this one included) holds the lock; a stale file is removed."""
        if dagster_run_id in self._held:
            return True
        path = self._path(dagster_run_id)
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        else:
            path.unlink(missing_ok=True)
            return False
        finally:
            os.close(descriptor)

    def pid(self, dagster_run_id: str) -> int | None:
        """The process that holds it; None when nobody does, so a number used again is not mistaken for it."""
        if not self.is_alive(dagster_run_id):
            return None
        try:
            return int(self._path(dagster_run_id).read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None  # it has just ended, or has not written its number yet

    def release(self, dagster_run_id: str) -> None:
        """Let go early, for a process that goes on to other work."""
        descriptor = self._held.pop(dagster_run_id, None)
        if descriptor is not None:
            self._path(dagster_run_id).unlink(missing_ok=True)
            os.close(descriptor)

    def _path(self, dagster_run_id: str) -> Path:
        return self._folder / f"{dagster_run_id}.lock"
