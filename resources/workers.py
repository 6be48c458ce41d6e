"""Which runs have a living process: a lock file a run, which the kernel lets go of however the process ends."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from inspect_pipelines.domain.loss import HERE
from inspect_pipelines.errors import Refused
from resources.disk.lock import is_locked, take_lock

# A look takes the lock for an instant, shared; so a worker tries again before it believes that another one is there.
TRIES_SECONDS = 1.0
RETRY_SECONDS = 0.005
ENDING = "ending"  # a file, locked while `up` is being stopped

_held: dict[
    Path, int
] = {}  # of this process, whichever object took it: a second descriptor would wait for the first


class WorkerLocks:
    """flock files in INSPECT_HOME/run/workers, named by Dagster run id; meant for processes of one machine.

    A worker holds its lock before it claims a run, so whoever reads the claim finds the lock taken. The file says which
    process it is, so that a run can be interrupted without asking whoever started it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def hold(self, dagster_run_id: str) -> None:
        """Take the lock and keep it until this process ends; programs that it starts do not inherit it.

        A process that was born with the lock (a fork, or `adopt`) only puts its own number in the file.

        Raises:
            Refused: Another process works on this run.
        """
        self.reserve(dagster_run_id)
        _write_number(_held[self._path(dagster_run_id)])

    def reserve(self, dagster_run_id: str) -> None:
        """Take the lock for a process that this one is about to start.

        Raises:
            Refused: Another process works on this run.
        """
        path = self._path(dagster_run_id)
        if path not in _held:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _held[path] = _locked(path)

    def adopt(self, dagster_run_id: str, descriptor: int) -> None:
        """Take over the lock that whoever started this process took for it."""
        os.set_inheritable(descriptor, False)
        _held[self._path(dagster_run_id)] = descriptor
        self.hold(dagster_run_id)

    def descriptor(self, dagster_run_id: str) -> int:
        """What to hand to a process that is to adopt a held lock."""
        return _held[self._path(dagster_run_id)]

    def leave(self, dagster_run_id: str) -> None:
        """Forget a lock that a child process has now; it stays locked until that one ends."""
        os.close(_held.pop(self._path(dagster_run_id)))

    def keep_only(self, dagster_run_id: str) -> None:
        """Forget every other lock that this process was born with: they are for its siblings."""
        for path in [path for path in _held if path != self._path(dagster_run_id)]:
            os.close(_held.pop(path))

    def is_alive(self, dagster_run_id: str) -> bool:
        """Whether a process (this one included) holds the lock; a stale file is removed."""
        return self._is_held_here(dagster_run_id)

    def is_gone(self, dagster_run_id: str) -> bool:
        """Exact, because the kernel keeps the lock."""
        return not self.is_alive(dagster_run_id)

    def overtake(self, dagster_run_id: str) -> str | None:
        return HERE if self.is_gone(dagster_run_id) else None

    def process_of(self, dagster_run_id: str) -> int | None:
        """The number of the process that holds the lock; None when none does, or it has not said so yet."""
        if not self._is_held_here(dagster_run_id):
            return None
        try:
            return int(self._path(dagster_run_id).read_text(encoding="ascii") or 0) or None
        except (FileNotFoundError, ValueError):
            return None

    def processes(self) -> dict[str, int]:
        """The processes of all living workers, by Dagster run id."""
        found = {run_id: self.process_of(run_id) for run_id in self.living()}
        return {dagster_run_id: number for dagster_run_id, number in found.items() if number is not None}

    def living(self) -> list[str]:
        """The Dagster runs that some process holds now; stale files are removed."""
        return [path.stem for path in sorted(self._folder.glob("*.lock")) if self._is_held_here(path.stem)]

    def kill(self, dagster_run_id: str) -> None:
        """End its process and that one's group; its browser is on a leash and goes with it."""
        number = self.process_of(dagster_run_id)
        if number is None or number == os.getpid():
            return
        with suppress(ProcessLookupError):
            if os.getpgid(number) == number:
                os.killpg(number, signal.SIGKILL)
            else:
                os.kill(number, signal.SIGKILL)

    @contextmanager
    def ending(self) -> Iterator[None]:
        """Let every worker know, while the block lasts, that it is ended with the `up` that this process is."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = take_lock(self._folder / ENDING)
        try:
            yield
        finally:
            if descriptor is not None:
                os.close(descriptor)

    def are_ending(self) -> bool:
        return is_locked(self._folder / ENDING)

    def release(self, dagster_run_id: str) -> None:
        """Let go early, for a process that goes on to other work."""
        path = self._path(dagster_run_id)
        descriptor = _held.pop(path, None)
        if descriptor is not None:
            path.unlink(missing_ok=True)
            os.close(descriptor)

    def _is_held_here(self, dagster_run_id: str) -> bool:
        path = self._path(dagster_run_id)
        return path in _held or _is_locked(path)

    def _path(self, dagster_run_id: str) -> Path:
        return self._folder / f"{dagster_run_id}.lock"


def _locked(path: Path) -> int:
    give_up_at = time.monotonic() + TRIES_SECONDS
    while True:
        descriptor = take_lock(path)
        if descriptor is not None:
            if _is_file_of(descriptor, path):  # else somebody removed it as stale before we had it
                return descriptor
            os.close(descriptor)
        if time.monotonic() > give_up_at:
            raise Refused(
                f"Dagster run {path.stem!r} is being worked on by another process; leave it to that one"
            )
        time.sleep(RETRY_SECONDS)


def _is_locked(path: Path) -> bool:
    try:
        descriptor = take_lock(path, is_shared=True, is_made=False)
    except FileNotFoundError:
        return False
    if descriptor is None:
        return True
    if _is_file_of(descriptor, path):
        path.unlink(missing_ok=True)
    os.close(descriptor)
    return False


def _is_file_of(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _write_number(descriptor: int) -> None:
    os.pwrite(
        descriptor, f"{os.getpid():<12}".encode("ascii"), 0
    )  # always as long, so that no old digit stays
