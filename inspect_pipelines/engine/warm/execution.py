"""Execute one Dagster run in this process, from its start to its end in Dagster's records."""

from __future__ import annotations

import sys
from collections.abc import Callable

import dagster as dg
from dagster._core.definitions.job_base import IJob
from dagster._core.execution.api import execute_run_iterator
from dagster._utils.interrupts import capture_interrupts
from dagster_shared.record import copy

from assets import tags
from assets.lost import report_end
from inspect_pipelines.engine.event_log import InspectEventLogStorage
from inspect_pipelines.errors import Refused
from resources.workers import WorkerLocks

FindJob = Callable[[dg.DagsterRun], IJob]


def execute(dagster_run_id: str, instance: dg.DagsterInstance, find: FindJob, workers: WorkerLocks) -> int:
    """Play the run and return 0 once Dagster has its end, whatever that is.

    The process holds the run's lock before this is called (and now shows up for other machines, too), and lets go of it when
    the end is stored: in between, nobody takes the run for dead.
    """
    with capture_interrupts():
        try:
            workers.hold(dagster_run_id)
        except Refused as error:  # on another machine: it was handed out twice
            sys.stderr.write(f"{error}\n")
            return 0
        run = instance.get_run_by_id(dagster_run_id)
        if run is None or run.is_finished:
            return 0  # deleted, or concluded by somebody else before we came
        if run.status is dg.DagsterRunStatus.CANCELING:
            instance.report_run_canceled(run, "Canceled before its first step.")
            return 0
        if isinstance(instance.event_log_storage, InspectEventLogStorage):
            instance.event_log_storage.keep_open(dagster_run_id)
        try:
            for _ in execute_run_iterator(find(run), _from_its_beginning(run, instance), instance):
                pass
        except (dg.DagsterExecutionInterruptedError, KeyboardInterrupt):
            report_end(instance, dagster_run_id, "it was interrupted between two steps")
        except Exception as error:  # noqa: BLE001 the top of a process: Dagster's records must get an end
            report_end(instance, dagster_run_id, f"{type(error).__name__}: {error}")
        workers.release(dagster_run_id)
        if isinstance(instance.event_log_storage, InspectEventLogStorage):
            instance.event_log_storage.let_go()  # whoever follows the run hears of its end for sure
    return 0


def _from_its_beginning(run: dg.DagsterRun, instance: dg.DagsterInstance) -> dg.DagsterRun:
    """The run without a choice of steps, when it is one of ours.

    "Re-execute from failure" asks for the failed steps and those behind them; but a run is judged by the pictures that
    it took itself, in a session that cannot be taken up again.
    """
    if run.step_keys_to_execute is None or tags.DEFINITION not in run.tags:
        return run
    instance.report_engine_event(
        "A run cannot be taken up at one of its steps, so it is played from its beginning.", run
    )
    return copy(run, step_keys_to_execute=None, execution_plan_snapshot_id=None)
