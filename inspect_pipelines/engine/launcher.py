"""Launch runs: a fork of the warm parent, or a process of its own when none answers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster._core.launcher import CheckRunHealthResult, RunLauncher, WorkerStatus
from dagster._serdes import ConfigurableClass, ConfigurableClassData

from inspect_pipelines.engine.home import home_of
from inspect_pipelines.engine.warm.local import LocalRuns, Order
from inspect_pipelines.engine.warm.logs import run_log
from inspect_pipelines.errors import Unavailable
from resources.workers import WorkerLocks

if TYPE_CHECKING:
    from dagster._core.launcher import LaunchRunContext

NOT_STARTED_YET = (dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.QUEUED)


class HomeLauncher(RunLauncher):
    """What launchers share, wherever they have runs played.

    They keep no state: a launcher in the daemon, the UI or a command line can interrupt a run that another one launched.
    """

    @property
    def supports_resume_run(self) -> bool:
        """A run is judged by the pictures that it took itself, in a session that cannot be taken up again."""
        return False

    @property
    def _home(self) -> Path:
        """INSPECT_HOME."""
        return home_of(self._instance)

    @property
    def _local(self) -> LocalRuns:
        return LocalRuns(self._home, Path(self._instance.root_directory))

    @cached_property
    def _workers(self) -> WorkerLocks:
        """Who works on what, here and elsewhere; loads all that a house has, which a launch need not wait for."""
        from inspect_pipelines import wiring

        return wiring.workers_of(self._home)

    def _health_of(
        self, run: dg.DagsterRun, *, not_started_yet: tuple[dg.DagsterRunStatus, ...]
    ) -> CheckRunHealthResult:
        """Whether a process works on it.

        Args:
            not_started_yet: In which states a run without a process is in order.
        """
        if not self._workers.is_gone(run.run_id):
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        now = self._instance.get_run_by_id(run.run_id)
        if now is None or now.is_finished:
            return CheckRunHealthResult(WorkerStatus.SUCCESS)
        if now.status in not_started_yet:
            return CheckRunHealthResult(WorkerStatus.UNKNOWN, "it was not launched yet")
        return CheckRunHealthResult(WorkerStatus.NOT_FOUND, "its process is gone")


class InspectRunLauncher(HomeLauncher, ConfigurableClass):
    """Dagster's extension point for whatever executes runs; Dagster makes one a process, from dagster.yaml."""

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        self._inst_data = inst_data
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
        if said := self._local.start(order_of(context)):
            self._instance.report_engine_event(said, context.dagster_run, cls=type(self))

    def terminate(self, run_id: str) -> bool:
        """Interrupt a run; it keeps its evidence, closes its browser and concludes, in less than two seconds.

        Returns:
            False when it had ended already.
        """
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        self._instance.report_run_canceling(run)
        match self._local.interrupt(run_id):
            case "waiting":
                self._instance.report_run_canceled(run, "Canceled while it waited for room.")
            case None if self._workers.is_gone(run_id):
                self._instance.report_run_canceled(run, "Canceled; no process worked on it any more.")
        return True

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Dagster's monitor asks every 5 s."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Whether its process lives, on this machine or another one; who has not shown up yet is waited for."""
        return self._health_of(run, not_started_yet=NOT_STARTED_YET)

    def get_run_worker_debug_info(
        self, run: dg.DagsterRun, include_container_logs: bool | None = True
    ) -> str:
        """Where to read on."""
        return f"What it printed: {run_log(self._home, run.run_id)}"


def order_of(context: LaunchRunContext) -> Order:
    """What a worker has to know.

    Raises:
        Unavailable: The run does not say where its job is.
    """
    run = context.dagster_run
    origin = context.job_code_origin
    if origin is None:
        raise Unavailable(
            f"Dagster run {run.run_id!r} does not say where its job is defined; launch it again"
        )
    return Order(run.run_id, run.job_name, getattr(origin.repository_origin.code_pointer, "module", ""))
