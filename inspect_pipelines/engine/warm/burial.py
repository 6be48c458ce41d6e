"""Conclude a run whose process died: once with us, once with Dagster."""

from __future__ import annotations

import sys

import dagster as dg

from assets.lost import conclude_lost, house_of, report_end
from inspect_pipelines.errors import InspectError
from inspect_pipelines.usecases.alerts.send import send_waiting
from inspect_pipelines.usecases.runs.project import project
from inspect_pipelines.wiring import estate


def conclude_dead(
    dagster_run_id: str, instance: dg.DagsterInstance, why: str, *, with_ledger: bool = True
) -> None:
    """Store the end of a dead worker's run.

    The ledger comes first: whoever watches Dagster's status finds ours already there.

    Args:
        with_ledger: The run's job is one of ours, so the ledger knows it, or has to.
    """
    run = instance.get_run_by_id(dagster_run_id)
    if run is None:
        return
    if with_ledger:
        try:
            ours = estate()
            conclude_lost(ours, run, why)
            if house := house_of(ours, run):
                send_waiting(house)
                project(house)
        except InspectError as error:  # the reconcile sensor tries again, every 5 s
            sys.stderr.write(f"run {dagster_run_id} could not be concluded yet: {error}\n")
    report_end(instance, dagster_run_id, why)
