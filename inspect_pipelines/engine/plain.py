"""The engine when nothing else is alive: a process of its own for each run."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import subprocess
from pathlib import Path

import psutil

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.engine.commands import PYTHON, surroundings
from inspect_pipelines.engine.processes import last_lines, leave_alone
from inspect_pipelines.engine.storages import ensure_storages
from inspect_pipelines.engine.warm.logs import forget_old_logs, run_log
from inspect_pipelines.errors import NotFound, Unavailable
from inspect_pipelines.ports.engine import MODULE, Launch
from resources.workers import WorkerLocks

CLOCK_SHIFT = 200  # hundredths of a second; when a process began is counted from the boot, whose time is set anew at times
READY = "inspect_pipelines.engine.ready"
HANDLE = re.compile(r"^process:(?P<pid>\d+):(?P<started>\d+)$")
DAGSTER_RUN_ID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


class PlainEngine:
    """`ports.Engine` by a process for each run, which can load while the run is still being asked for.

    A handle is the process: its id and its start time, so that a number used again is not mistaken for it. The id of a
    Dagster run is one too, once its worker holds the run: it means that worker.
    """

    def __init__(self, settings: Settings, module: str = MODULE) -> None:
        self._settings = settings
        self._home = settings.absolute_home()
        self._module = module
        self._workers = WorkerLocks(self._home / "run" / "workers")
        self._ready: subprocess.Popen[bytes] | None = None

    def make_ready(self, origin: str) -> None:
        """Let a process load for the next launch, which will have this origin; without a launch it ends with us.

        Raises:
            Unavailable: The process cannot be started.
        """
        self._ready = self._loading(origin)

    def close(self) -> None:
        """Tell the process that has loaded, if any, that nothing is asked of it."""
        child, self._ready = self._ready, None
        if child is not None and child.stdin is not None:
            child.stdin.close()

    def launch(self, launch: Launch) -> str:
        """Start it apart from this terminal and return its handle at once.

        Raises:
            Unavailable: The process cannot be started.
        """
        child, self._ready = self._ready or self._loading(launch.origin), None
        assert child.stdin is not None
        order = json.dumps({"job": launch.job_name, "tags": dict(launch.tags)})
        try:
            handle = f"process:{child.pid}:{_started(psutil.Process(child.pid))}"
        except psutil.NoSuchProcess as error:
            child.stdin.close()
            raise Unavailable(
                f"launching {launch.job_name!r} failed: its process ended at once; see {self.log(launch.origin)}"
            ) from error
        with contextlib.suppress(BrokenPipeError), child.stdin:  # it has died, and its log says why
            child.stdin.write(f"{order}\n".encode())
        return handle

    def _loading(self, origin: str) -> subprocess.Popen[bytes]:
        ensure_storages(self._home)
        forget_old_logs(self._home)
        try:
            with self.log(origin).open("ab") as output:
                child = subprocess.Popen(
                    [PYTHON, "-m", READY, self._module],
                    stdin=subprocess.PIPE,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=surroundings(self._settings),
                    cwd=self._home / "run",
                    start_new_session=True,
                )
        except OSError as error:
            raise Unavailable(f"no process for a run could be started: {error}") from error
        leave_alone(child)
        return child

    def terminate(self, handle: str) -> None:
        """Interrupt it, as Ctrl-C does; it closes its browser and concludes as cancelled."""
        process = self._find(handle)
        if process is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGINT)

    def is_alive(self, handle: str) -> bool:
        """Whether the process runs."""
        return self._find(handle) is not None

    def log(self, origin: str) -> Path:
        """Where a run writes what it says; named by its origin."""
        return run_log(self._home, origin)

    def last_words(self, origin: str) -> str:
        """The end of that log."""
        return last_lines(self.log(origin))

    def _find(self, handle: str) -> psutil.Process | None:
        if DAGSTER_RUN_ID.match(handle):
            pid = self._workers.process_of(handle)
            return None if pid is None else _process(pid)
        match = HANDLE.match(handle)
        if match is None:
            raise NotFound(
                f"{handle!r} names no process; a handle looks like 'process:123:456', or is a Dagster run id"
            )
        process = _process(int(match["pid"]))
        is_same = process is not None and abs(_started(process) - int(match["started"])) <= CLOCK_SHIFT
        return process if is_same else None


def _process(pid: int) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process
    except psutil.NoSuchProcess:
        return None


def _started(process: psutil.Process) -> int:
    return int(process.create_time() * 100)
