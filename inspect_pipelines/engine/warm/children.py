"""The warm parent's children: a fork for each run, a bounded number at a time, each seen to its end."""

from __future__ import annotations

import gc
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from inspect_pipelines.errors import InspectError, Unavailable
from resources.workers import WorkerLocks

KILL_AFTER_SECONDS = 10.0  # from the interruption; an orderly end takes less than two
TASKS = Path("/proc/self/task")


@dataclass(frozen=True, slots=True)
class Work:
    """What a child does. Both run in a fork, which ends with what they return."""

    execute: Callable[[str, str], int]  # (Dagster run id, job name)
    bury: Callable[[str, str], int]  # (Dagster run id, why): conclude what died


@dataclass(slots=True)
class _Child:
    pid: int
    dagster_run_id: str
    kill_at: float | None = None  # monotonic seconds; None: nobody asked for its end


@dataclass(slots=True)
class Children:
    """All forks of this process; needs a process with a single thread.

    A run that has to wait for room is held by its lock already: should this process die, it is known to have no worker.

    Args:
        most: How many runs at the same time; the rest wait in order.
    """

    work: Work
    workers: WorkerLocks
    most: int
    born: Callable[[], None]  # called first in every fork: closes what is the parent's
    _running: dict[int, _Child] = field(default_factory=dict)
    _waiting: dict[str, str] = field(default_factory=dict)  # Dagster run id -> job name
    _mourners: set[int] = field(default_factory=set)

    @property
    def running(self) -> dict[str, int]:
        """Dagster run id -> process."""
        return {child.dagster_run_id: child.pid for child in self._running.values()}

    @property
    def waiting(self) -> list[str]:
        return list(self._waiting)

    @property
    def are_gone(self) -> bool:
        return not (self._running or self._waiting or self._mourners)

    def launch(self, dagster_run_id: str, job_name: str) -> int | None:
        """Fork for a run; its process, or None when it has to wait for room.

        Raises:
            Refused: Some process works on it already.
            Unavailable: This process cannot fork safely.
        """
        _require_one_thread()
        self.workers.reserve(dagster_run_id)
        self._waiting[dagster_run_id] = job_name
        self._start_waiting()
        return self.running.get(dagster_run_id)

    def terminate(self, dagster_run_id: str, now: float) -> str | None:
        """Interrupt a run, and kill it later if that does not help; `waiting`, `running`, or None: not one of ours."""
        if dagster_run_id in self._waiting:
            del self._waiting[dagster_run_id]
            self.workers.release(dagster_run_id)
            return "waiting"
        for child in self._running.values():
            if child.dagster_run_id == dagster_run_id:
                os.kill(child.pid, signal.SIGINT)
                child.kill_at = child.kill_at or now + KILL_AFTER_SECONDS
                return "running"
        return None

    def terminate_all(self, now: float) -> None:
        """Interrupt every run; those that wait for room are concluded at once."""
        for dagster_run_id in list(self._waiting):
            self.terminate(dagster_run_id, now)
            self._bury(dagster_run_id, "its worker was stopped before the first step")
        for dagster_run_id in list(self.running):
            self.terminate(dagster_run_id, now)

    def tick(self, now: float) -> None:
        """See who has ended, conclude what died, kill what does not heed, and start what waits."""
        for pid in [*self._running, *self._mourners]:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                self._mourners.discard(pid)
                child = self._running.pop(pid, None)
                if child and status:
                    self._bury(child.dagster_run_id, _cause(os.waitstatus_to_exitcode(status)))
        for child in self._running.values():
            if child.kill_at is not None and now >= child.kill_at:
                with suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
        self._start_waiting()

    def next_look(self) -> float | None:
        """When `tick` has something to kill, in monotonic seconds; ends of children are told by SIGCHLD."""
        return min((child.kill_at for child in self._running.values() if child.kill_at), default=None)

    def _start_waiting(self) -> None:
        while self._waiting and len(self._running) < self.most:
            dagster_run_id, job_name = next(iter(self._waiting.items()))
            del self._waiting[dagster_run_id]
            pid = self._fork(lambda: self._live(dagster_run_id, job_name))  # noqa: B023 called before the next turn
            self._running[pid] = _Child(pid, dagster_run_id)
            self.workers.leave(dagster_run_id)

    def _live(self, dagster_run_id: str, job_name: str) -> int:
        self.workers.keep_only(dagster_run_id)
        self.workers.hold(dagster_run_id)
        return self.work.execute(dagster_run_id, job_name)

    def _bury(self, dagster_run_id: str, why: str) -> None:
        def act() -> int:
            self.workers.keep_only(dagster_run_id)
            return self.work.bury(dagster_run_id, why)

        self._mourners.add(self._fork(act))

    def _fork(self, act: Callable[[], int]) -> int:
        """A child that does this and ends; signals wait until it has handlers of its own."""
        sys.stdout.flush()
        sys.stderr.flush()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGCHLD})
        pid = os.fork()
        if pid:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            return pid
        code = 1
        try:
            os.setsid()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGHUP, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            self.born()
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            gc.enable()
            code = act()
        except InspectError as error:
            sys.stderr.write(f"{error}\n")
        except BaseException:  # noqa: BLE001 a fork must never return into its parent's code
            traceback.print_exc()
        finally:
            with suppress(OSError, ValueError):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)


def _require_one_thread() -> None:
    if TASKS.is_dir() and len(threads := os.listdir(TASKS)) != 1:  # noqa: PTH208 20 us against 60 us
        raise Unavailable(
            f"the warm parent has {len(threads)} threads, and a fork would lose all but one of them"
        )


def _cause(exit_code: int) -> str:
    if exit_code < 0:
        return f"its process was killed (signal {signal.Signals(-exit_code).name})"
    return f"its process ended unexpectedly (exit code {exit_code})"
