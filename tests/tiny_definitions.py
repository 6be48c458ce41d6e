"""Definitions small enough to start servers on: the jobs named in $TINY_JOBS_FILE, else `quick` and `slow`.

No `from __future__ import annotations`: Dagster looks at the annotation of `context` itself.
"""

import os
import time
from pathlib import Path

import dagster as dg


def job_named(name: str) -> dg.JobDefinition:
    @dg.op(name=f"{name}_op")
    def work(context: dg.OpExecutionContext) -> None:
        marks = os.environ.get("TINY_MARKS")
        if marks:
            with Path(marks).open("a") as stream:
                stream.write(f"{name} {context.run.tags.get('.dagster/inspect.origin', '')} {os.getpid()}\n")
        for _ in range(600 if name.startswith("slow") else 0):
            time.sleep(0.1)
        if name.startswith("broken"):
            raise RuntimeError("this job always breaks")

    @dg.job(name=name, executor_def=dg.in_process_executor)
    def work_job() -> None:
        work()

    return work_job


names_file = os.environ.get("TINY_JOBS_FILE")
NAMES = Path(names_file).read_text().split() if names_file else ["quick", "slow"]
JOBS = [job_named(name) for name in NAMES]
SCHEDULES = [
    dg.ScheduleDefinition(
        name=f"{job.name}_schedule",
        job=job,
        cron_schedule="0 2 * * *",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    for job in JOBS
]


@dg.sensor(name="watcher", jobs=JOBS, default_status=dg.DefaultSensorStatus.RUNNING)
def watcher() -> dg.SkipReason:
    return dg.SkipReason("nothing to do")


defs = dg.Definitions(jobs=[*JOBS, job_named("_upkeep")], schedules=SCHEDULES, sensors=[watcher])
