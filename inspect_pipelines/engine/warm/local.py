"""Runs of this machine: handed to the warm parent, or to a process of their own when none answers, and interrupted there."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from inspect_pipelines.config.settings import child_environment
from inspect_pipelines.engine.addresses import socket_folder
from inspect_pipelines.engine.commands import alone_argv
from inspect_pipelines.engine.processes import leave_alone
from inspect_pipelines.engine.warm.logs import forget_old_logs, run_log
from inspect_pipelines.engine.warm.wire import ask
from inspect_pipelines.errors import Refused, Unavailable
from resources.workers import WorkerLocks

WARM_LINK = "warm.sock"


@dataclass(frozen=True, slots=True)
class Order:
    """A Dagster run to execute, and where its job is defined."""

    dagster_run_id: str
    job_name: str
    module: str


class LocalRuns:
    """Starts and interrupts runs in INSPECT_HOME; needs no Dagster, so that whoever only hands orders on stays small.

    A run is in the hands of the process that holds its lock (`resources/workers.py`). That is all the state there is: any
    process of this machine can interrupt a run that another one started.

    Args:
        dagster_home: Of the Dagster that launches; None: the one in this home.
    """

    def __init__(self, home: Path, dagster_home: Path | None = None) -> None:
        self._home, self._dagster_home = home, dagster_home or home / "dagster"
        self.workers = WorkerLocks(home / "run" / "workers")

    def start(self, order: Order) -> str | None:
        """Give the run a worker; returns when it has one, which has not done anything yet.

        Returns:
            Who took it, as a sentence; None: somebody works on it already.

        Raises:
            Unavailable: Neither a parent nor a process could take it.
        """
        run_id = order.dagster_run_id
        forget_old_logs(self._home)
        question = {"do": "launch", "run": run_id, "job": order.job_name, "module": order.module}
        answer = ask(socket_folder(self._home) / WARM_LINK, question)
        if answer and answer["ok"]:
            where = f"process {answer['pid']}" if answer["pid"] else "waiting for room"
            return f"Forked by the warm parent ({where})."
        try:
            self.workers.reserve(run_id)
        except Refused:
            return None  # it was forked, and the parent died before it could say so
        why = f"it says: {answer['why']}" if answer else "nobody answers at its socket"
        pid = self._start_alone(run_id)
        return f"Started as process {pid} of its own; no warm parent took it: {why}."

    def interrupt(self, dagster_run_id: str) -> str | None:
        """Ask its process to end; it keeps its evidence, closes its browser and concludes, in less than two seconds.

        Returns:
            `waiting` when it had waited for room and does not any more, `running`, or None: no process here has it.
        """
        question = {"do": "terminate", "run": dagster_run_id}
        for socket in sorted(socket_folder(self._home).glob("warm-*.sock")):
            # retired parents still have children
            answer = ask(socket, question)
            if answer and answer["ok"]:
                return str(answer["was"])
        pid = self.workers.process_of(dagster_run_id)
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
        return "running" if pid is not None or self.workers.is_alive(dagster_run_id) else None

    def _start_alone(self, run_id: str) -> int:
        """A process that has the run's lock; it outlives this one."""
        lock = self.workers.descriptor(run_id)
        environment = child_environment(INSPECT_HOME=str(self._home), DAGSTER_HOME=str(self._dagster_home))
        try:
            with run_log(self._home, run_id).open("ab") as output:
                child = subprocess.Popen(
                    alone_argv(run_id, lock),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=environment,
                    cwd=self._home / "run",
                    pass_fds=[lock],
                    start_new_session=True,
                )
        except OSError as error:
            self.workers.release(run_id)
            raise Unavailable(f"Dagster run {run_id!r} cannot be started: no process ({error})") from error
        self.workers.leave(run_id)
        leave_alone(child)
        return child.pid
