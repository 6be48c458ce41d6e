"""`python -m inspect_pipelines.engine.k8s.pod RUN`: one run, in a pod that is there for nothing else.

Its INSPECT_HOME is empty at first: what is played is told by the ledger, what was asked for by Dagster's records.
"""

from __future__ import annotations

import sys

import dagster as dg
from dagster._core.definitions.job_base import IJob
from dagster._utils.hosted_user_process import recon_job_from_origin
from dagster._utils.interrupts import setup_interrupt_handlers

from assets.lost import house_of
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.engine.storages import ensure_storages
from inspect_pipelines.engine.warm.execution import execute
from inspect_pipelines.errors import InspectError, NotFound
from inspect_pipelines.usecases.definitions.publish import publish
from inspect_pipelines.wiring import estate, workers_of


def main(dagster_run_id: str) -> int:
    """Publish what the ledger says of the run's organisation, and execute."""
    setup_interrupt_handlers()  # a pod is asked to end by SIGTERM
    home = Settings().absolute_home()
    dagster_home = ensure_storages(home)
    with dg.DagsterInstance.from_config(str(dagster_home)) as instance:
        run = instance.get_run_by_id(dagster_run_id)
        if run is None:
            raise NotFound(
                f"Dagster knows no run {dagster_run_id!r} here; its records must be those of the machine that launched it: "
                "set INSPECT_DAGSTER_DATABASE_URL in the pod's secret"
            )
        if house := house_of(estate(), run):
            house.publication.refresh()  # or each run would publish the same anew, and every machine load it again
            publish(house, house.org_id)
        return execute(dagster_run_id, instance, _find, workers_of(home))


def _find(run: dg.DagsterRun) -> IJob:
    assert run.job_code_origin is not None  # the launcher saw to it
    return recon_job_from_origin(run.job_code_origin)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except InspectError as error:
        sys.exit(str(error))
