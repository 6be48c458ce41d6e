"""What the warm parent's forks do, and what it loads for them beforehand."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import dagster as dg
from dagster._core.definitions.job_base import IJob
from PIL import Image

from inspect_pipelines.engine.warm.burial import conclude_dead
from inspect_pipelines.engine.warm.execution import execute
from inspect_pipelines.engine.warm.jobs import Jobs
from inspect_pipelines.engine.warm.logs import run_log
from inspect_pipelines.ports.engine import MODULE
from inspect_pipelines.wiring import workers_of

# What a run imports on its way, found by comparing sys.modules before and after one. Modules only: DuckDB is imported,
# and no database of it is open.
IMPORTED_BY_RUNS = (
    "alembic.command",
    "dagster._core.execution.plan.active",
    "dagster._core.execution.plan.execute_plan",
    "dagster._core.executor.in_process",
    "dagster._core.system_config.composite_descent",
    "duckdb",
    "inspect_pipelines.engine.compute_logs",
    "inspect_pipelines.engine.coordinator",
    "inspect_pipelines.imaging.overlay",
    "inspect_pipelines.imaging.pair",
    "inspect_pipelines.imaging.rows",
    "inspect_pipelines.imaging.side_by_side",
    "inspect_pipelines.imaging.sides",
    "playwright._impl._driver",
    "resources.history.live",
    "resources.history.projector",
    "resources.report.pictures",
    "sqlalchemy.dialects.sqlite",
)


class Child:
    """Executes runs of one module's jobs in forks of this process."""

    def __init__(self, home: Path, module: str) -> None:
        for name in IMPORTED_BY_RUNS:
            import_module(name)
        Image.init()  # its forty formats
        self._home = home
        self._module = module
        self._jobs = Jobs(module)
        # Its storages connect anew for each statement, so that it can be shared with forks.
        self._instance = dg.DagsterInstance.from_config(str(home / "dagster"))
        self._workers = workers_of(home)

    @property
    def job_names(self) -> frozenset[str]:
        return self._jobs.names

    def execute(self, dagster_run_id: str, job_name: str) -> int:
        """Execute a run in this process, with what it prints in a log of its own."""
        _speak_into(run_log(self._home, dagster_run_id))

        def find(run: dg.DagsterRun) -> IJob:
            return self._jobs.find(job_name)

        return execute(dagster_run_id, self._instance, find, self._workers)

    def bury(self, dagster_run_id: str, why: str) -> int:
        """Give a run whose process died its end, with us and with Dagster."""
        conclude_dead(dagster_run_id, self._instance, why, with_ledger=self._module == MODULE)
        return 0


def _speak_into(log: Path) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(descriptor, stream.fileno())
    os.close(descriptor)
