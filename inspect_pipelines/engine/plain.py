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
from inspect_pipelines.engine.instance import MODULE, ensure_instance
from inspect_pipelines.engine.processes import last_lines
from inspect_pipelines.errors import NotFound, Unavailable
from inspect_pipelines.ports import Launch
from resources.workers import WorkerLocks

KEPT_LOGS = 200  # of single runs; Dagster keeps its own record of each
HANDLE = re.compile(r"^process:(?P<pid>\d+):(?P<started>\d+)$")
DAGSTER_RUN_ID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


class PlainEngine:
    """`ports.Engine` by `dagster job execute`: 5 s to the first step, against 11 s and more with `job launch`.

    A handle is the process: its id and its start time, so that a number used again is not mistaken for it. The id of a
    Dagster run is one too, once its worker holds the run: it means that worker.
    """

    def __init__(self, settings: Settings, module: str = MODULE) -> None:
        self._settings = settings
        self._home = settings.absolute_home()
        self._module = module
        self._workers = WorkerLocks(self._home / "run" / "workers")
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def launch(self, launch: Launch) -> str:
        """Start it apart from this terminal and return its handle at once.

        Raises:
            Unavailable: The process cannot be started.
        """
        ensure_instance(self._home)
        argv = [PYTHON, "-m", "dagster", "job", "execute", "-m", self._module, "-j", launch.job_name]
        argv += ["--tags", json.dumps(dict(launch.tags))]
        log = self.log(launch.origin)
        self._forget_old_logs()
        try:
            with log.open("ab") as output:
                child = subprocess.Popen(
                    argv,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=surroundings(self._settings),
                    cwd=self._home / "run",
                    start_new_session=True,
                )
            handle = f"process:{child.pid}:{_started(psutil.Process(child.pid))}"
        except (OSError, psutil.NoSuchProcess) as error:
            raise Unavailable(
                f"launching {launch.job_name!r} failed: no process could be started ({error})"
            ) from error
        self._children[handle] = child
        return handle

    def terminate(self, handle: str) -> None:
        """Interrupt it, as Ctrl-C does; it closes its browser and concludes as cancelled."""
        process = self._find(handle)
        if process is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGINT)

    def kill(self, handle: str) -> None:
        """End it and everything below it at once, for a worker that does not listen."""
        process = self._find(handle)
        if process is None:
            return
        with contextlib.suppress(psutil.NoSuchProcess):
            for one in [*process.children(recursive=True), process]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.kill()

    def is_alive(self, handle: str) -> bool:
        """Whether the process runs."""
        return self._find(handle) is not None

    def log(self, origin: str) -> Path:
        """Where a run writes what it says; named by its origin."""
        return self._home / "logs" / f"run-{re.sub(r'[^A-Za-z0-9.-]+', '_', origin)}.log"

    def last_words(self, origin: str) -> str:
        """The end of that log."""
        return last_lines(self.log(origin))

    def _find(self, handle: str) -> psutil.Process | None:
        if DAGSTER_RUN_ID.match(handle):
            pid = self._workers.pid(handle)
            return None if pid is None else _process(pid)
        match = HANDLE.match(handle)
        if match is None:
            raise NotFound(
                f"{handle!r} names no process; a handle looks like 'process:123:456', or is a Dagster run id"
            )
        if handle in self._children and self._children[handle].poll() is not None:
            return None
        process = _process(int(match["pid"]))
        return process if process and _started(process) == int(match["started"]) else None

    def _forget_old_logs(self) -> None:
        logs = sorted(self._home.glob("logs/run-*.log"), key=lambda log: log.stat().st_mtime, reverse=True)
        for log in logs[KEPT_LOGS - 1 :]:
            log.unlink(missing_ok=True)


def _process(pid: int) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process
    except psutil.NoSuchProcess:
        return None


def _started(process: psutil.Process) -> int:
    return int(process.create_time() * 100)
