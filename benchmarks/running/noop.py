"""Jobs that do nothing in five steps, and as many schedules as $NOOP_SCHEDULES; what a run costs beside its work.

No `from __future__ import annotations`: Dagster looks at the annotation of `context` itself.
"""

import os
import time

import dagster as dg


@dg.op(out=dg.Out(dg.Nothing))
def first() -> None:
    """Nothing."""


def _after(name: str) -> dg.OpDefinition:
    @dg.op(name=name, ins={"start": dg.In(dg.Nothing)}, out=dg.Out(dg.Nothing))
    def step() -> None:
        pass

    return step


@dg.job(executor_def=dg.in_process_executor)
def noop() -> None:
    _after("fifth")(_after("fourth")(_after("third")(_after("second")(first()))))


@dg.op
def hold() -> None:
    time.sleep(6)


@dg.job(executor_def=dg.in_process_executor)
def holding() -> None:
    hold()


def schedules() -> list[dg.ScheduleDefinition]:
    return [
        dg.ScheduleDefinition(
            name=f"watch_{number:04}",
            job=noop,
            cron_schedule=os.environ["NOOP_CRON"],
            execution_timezone="UTC",
            default_status=dg.DefaultScheduleStatus.RUNNING,
        )
        for number in range(int(os.environ.get("NOOP_SCHEDULES", "0")))
    ]


defs = dg.Definitions(jobs=[noop, holding], schedules=schedules())
