"""`python -m inspect_pipelines.engine.ready MODULE < ORDER`: one run in a process of its own.

What any run needs is loaded before the order is read: whoever asks for a run lets this load while they are still finding
out which one it is. The order is a line of JSON; none, and nothing is done.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import dagster as dg
from dagster._core.definitions.job_base import IJob

from inspect_pipelines.engine.warm.execution import execute
from inspect_pipelines.engine.warm.jobs import Jobs
from inspect_pipelines.wiring import workers_of


def main() -> int:
    """Load, read, execute."""
    jobs = Jobs(sys.argv[1])
    line = sys.stdin.readline()
    if not line:
        return 0
    order = json.loads(line)
    home = Path(os.environ["DAGSTER_HOME"])  # noqa: TID251 Dagster's own variable, not a setting of ours
    job = jobs.find(order["job"])
    workers = workers_of(home.parent)

    def find(run: dg.DagsterRun) -> IJob:
        return job

    with dg.DagsterInstance.from_config(str(home)) as instance:
        definition = job.get_definition()
        run = instance.create_run_for_job(
            job_def=definition,
            tags={**definition.run_tags, **order["tags"]},
            job_code_origin=jobs.origin(order["job"]),
        )
        workers.hold(run.run_id)
        return execute(run.run_id, instance, find, workers)


if __name__ == "__main__":
    sys.exit(main())
