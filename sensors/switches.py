"""The sensor that makes Dagster's switches agree with the files again, after every apply."""

from __future__ import annotations

import json

import dagster as dg
from dagster._core.scheduler.instigation import (
    InstigatorStatus,
    InstigatorType,
)  # the public API only reads them

from inspect_pipelines.domain.compiled import Compiled
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.ports.estate import Estate
from inspect_pipelines.queries.organization import applied_at


@dg.sensor(
    name="switches",
    description="Puts the switches of schedules and sensors back to what the files say, after every apply.",
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def switches(context: dg.SensorEvaluationContext, estate: dg.ResourceParam[Estate]) -> dg.SkipReason:
    """Take back what people switched on or off in Dagster's UI before the last apply; the files say it now.

    Until then their switch stands, but `enabled: false` and a pause hold whatever it says.
    """
    seen = _seen(context.cursor)
    now = {house.org_id: str(applied_at(house)) for house in estate.houses()}
    context.update_cursor(json.dumps(now))
    anew = [org_id for org_id, at in now.items() if seen.get(org_id, at) != at]
    if not anew:
        return dg.SkipReason("nothing was applied since the last look")
    theirs = {name for org_id in anew for name in _schedules(estate.publication.read(org_id))}
    turned = []
    here = context.code_location_origin
    for state in context.instance.all_instigator_state():
        if here and state.origin.repository_origin.code_location_origin.location_name != here.location_name:
            continue  # of somebody else, in a Dagster that has more than us
        is_ours = state.instigator_type is InstigatorType.SENSOR or state.instigator_name in theirs
        if is_ours and state.status is not InstigatorStatus.DECLARED_IN_CODE:
            context.instance.update_instigator_state(state.with_status(InstigatorStatus.DECLARED_IN_CODE))
            turned.append(state.instigator_name)
    return dg.SkipReason(
        f"as the files say again: {', '.join(turned) or 'every schedule and sensor already was'}"
    )


def _seen(cursor: str | None) -> dict[str, str]:
    """When each organisation was applied, as of the last look; nothing before the first one."""
    try:
        found = json.loads(cursor or "{}")
    except ValueError:  # a version with one organisation a home kept only its time
        return {}
    return found if isinstance(found, dict) else {}


def _schedules(compiled: Compiled) -> list[str]:
    return [compiled.naming.schedule(one.id) for one in compiled.definitions if isinstance(one, Schedule)]
