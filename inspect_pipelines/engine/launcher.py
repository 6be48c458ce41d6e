"""Launch runs: a fork of the warm parent, or a process of its own when none answers."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster._core.launcher import CheckRunHealthResult, RunLauncher, WorkerStatus
from dagster._serdes import ConfigurableClass, ConfigurableClassData

from inspect_pipelines.config.settings import child_environment
from inspect_pipelines.engine.addresses import socket_folder
from inspect_pipelines.engine.commands import alone_argv
from inspect_pipelines.engine.processes import leave_alone
from inspect_pipelines.engine.warm.logs import forget_old_logs, run_log
from inspect_pipelines.engine.warm.wire import ask
from inspect_pipelines.errors import Refused, Unavailable
from resources.workers import WorkerLocks

if TYPE_CHECKING:
    from dagster._core.launcher import LaunchRunContext

WARM_LINK = "warm.sock"
NOT_STARTED_YET = (dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.QUEUED)


class InspectRunLauncher(RunLauncher, ConfigurableClass):
    """Dagster's extension point for whatever executes runs; Dagster makes one a process, from dagster.yaml.

    A run is in the hands of the process that holds its lock (`resources/workers.py`). That is all the state there is: a
    launcher in the daemon, the UI or a command line can interrupt a run that another one launched.
    """

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        self._inst_data = inst_data
        self._its: WorkerLocks | None = None
        super().__init__()  # type: ignore[no-untyped-call]  # Dagster's

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        """Where Dagster got this object from."""
        return self._inst_data

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Nothing to configure."""
        return {}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]
    ) -> InspectRunLauncher:
        """Called by Dagster."""
        return cls(inst_data)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Give the run a worker; returns when it has one, which has not done anything yet.

        Raises:
            Unavailable: Neither a parent nor a process could take it.
        """
        run = context.dagster_run
        origin = context.job_code_origin
        if origin is None:
            raise Unavailable(
                f"Dagster run {run.run_id!r} does not say where its job is defined; launch it again"
            )
        module = getattr(origin.repository_origin.code_pointer, "module", "")
        forget_old_logs(self._home)
        question = {"do": "launch", "run": run.run_id, "job": run.job_name, "module": module}
        answer = ask(self._sockets / WARM_LINK, question)
        if answer and answer["ok"]:
            where = f"process {answer['pid']}" if answer["pid"] else "waiting for room"
            self._tell(f"Forked by the warm parent ({where}).", run)
            return
        try:
            self._workers.reserve(run.run_id)
        except Refused:
            return  # it was forked, and the parent died before it could say so
        why = f"it says: {answer['why']}" if answer else "nobody answers at its socket"
        pid = self._start_alone(run.run_id)
        self._tell(f"Started as process {pid} of its own; no warm parent took it: {why}.", run)

    def terminate(self, run_id: str) -> bool:
        """Interrupt a run; it keeps its evidence, closes its browser and concludes, in less than two seconds.

        Returns:
            False when it had ended already.
        """
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        self._instance.report_run_canceling(run)
        question = {"do": "terminate", "run": run_id}
        for socket in sorted(self._sockets.glob("warm-*.sock")):  # retired parents still have children
            answer = ask(socket, question)
            if answer and answer["ok"]:
                if answer["was"] == "waiting":
                    self._instance.report_run_canceled(run, "Canceled while it waited for room.")
                return True
        pid = self._workers.process_of(run_id)
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
        elif self._workers.is_gone(run_id):
            self._instance.report_run_canceled(run, "Canceled; no process worked on it any more.")
        return True

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Dagster's monitor asks every 5 s."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Whether its process lives, on this machine or another one; who has not shown up yet is waited for."""
        if not self._workers.is_gone(run.run_id):
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        now = self._instance.get_run_by_id(run.run_id)
        if now is None or now.is_finished:
            return CheckRunHealthResult(WorkerStatus.SUCCESS)
        if now.status in NOT_STARTED_YET:
            return CheckRunHealthResult(WorkerStatus.UNKNOWN, "it was not launched yet")
        return CheckRunHealthResult(WorkerStatus.NOT_FOUND, "its process is gone")

    def get_run_worker_debug_info(
        self, run: dg.DagsterRun, include_container_logs: bool | None = True
    ) -> str:
        """Where to read on."""
        return f"What it printed: {run_log(self._home, run.run_id)}"

    @property
    def _home(self) -> Path:
        return Path(self._instance.root_directory).parent

    @property
    def _sockets(self) -> Path:
        return socket_folder(self._home)

    @property
    def _workers(self) -> WorkerLocks:
        from inspect_pipelines.wiring import (
            workers_of,
        )  # all that a house has, which a launch need not wait for

        if self._its is None:
            self._its = workers_of(self._home)
        return self._its

    def _start_alone(self, run_id: str) -> int:
        """A process that has the run's lock; it outlives this one."""
        lock = self._workers.descriptor(run_id)
        environment = child_environment(
            INSPECT_HOME=str(self._home), DAGSTER_HOME=self._instance.root_directory
        )
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
            self._workers.release(run_id)
            raise Unavailable(f"Dagster run {run_id!r} cannot be started: no process ({error})") from error
        self._workers.leave(run_id)
        leave_alone(child)
        return child.pid

    def _tell(self, message: str, run: dg.DagsterRun) -> None:
        self._instance.report_engine_event(message, run, cls=type(self))
