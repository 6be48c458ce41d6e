"""The sensor that makes Dagster's switches agree with the files again, after every apply."""

from __future__ import annotations

import dagster as dg
from dagster._core.scheduler.instigation import (
    InstigatorStatus,
    InstigatorType,
)  # the public API only reads them

from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.organization import applied_at


@dg.sensor(name="switches", minimum_interval_seconds=15, default_status=dg.DefaultSensorStatus.RUNNING)
def switches(context: dg.SensorEvaluationContext, house: dg.ResourceParam[House]) -> dg.SkipReason:
    """Take back what people switched on or off in Dagster's UI before the last apply; the files say it now.

    Until then their switch stands, but `enabled: false` and a pause hold whatever it says.
    """
    applied = str(applied_at(house))
    seen = context.cursor or ""
    context.update_cursor(applied)
    if seen in ("", applied):
        return dg.SkipReason("nothing was applied since the last look")
    turned = []
    for state in context.instance.all_instigator_state(instigator_type=InstigatorType.SCHEDULE):
        if state.status is not InstigatorStatus.DECLARED_IN_CODE:
            context.instance.update_instigator_state(state.with_status(InstigatorStatus.DECLARED_IN_CODE))
            turned.append(state.instigator_name)
    return dg.SkipReason(f"as the files say again: {', '.join(turned) or 'every schedule already was'}")
