"""Clear away the worker of a run that has ended: it leaves by itself, or is killed."""

from __future__ import annotations

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.ports.house import House

GONE_SECONDS = 5.0  # from a run's end until its process has gone by itself; then it is killed
LOOK_EVERY_SECONDS = 0.05


def clear_worker(house: House, run_id: RunId) -> None:
    """Wait for the worker to leave; one that stays although its run has ended is killed with all that it started."""
    with house.ledger.read() as ledger:
        run = ledger.runs.find(run_id)
    if run is None or run.dagster_run_id is None:
        return
    deadline = house.clock.monotonic() + GONE_SECONDS
    while house.workers.is_alive(run.dagster_run_id):
        if house.clock.monotonic() > deadline:
            house.workers.kill(run.dagster_run_id)
            return
        house.clock.sleep(LOOK_EVERY_SECONDS)
