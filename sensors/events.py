"""The sensor that launches runs of events which the web process could not launch: one for all triggers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import dagster as dg

from inspect_pipelines.ports.estate import Estate
from inspect_pipelines.usecases.runs import start
from sensors.submitted import to_submit

# The web process launches at once; a second launch would end as a duplicate.
SUBMIT_GRACE = timedelta(seconds=3)


def event_runs(jobs: Sequence[dg.JobDefinition]) -> dg.SensorDefinition:
    """The sensor over the jobs of all triggers; a thousand sensors would be a thousand calls a tick."""

    @dg.sensor(
        name="events",
        description="Launches runs of events that the web process could not launch at once.",
        jobs=jobs,
        minimum_interval_seconds=5,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def events(
        context: dg.SensorEvaluationContext, estate: dg.ResourceParam[Estate]
    ) -> list[dg.RunRequest] | dg.SkipReason:
        now = estate.clock.now()
        old_enough = [
            run
            for house in estate.houses()
            for run in start.unlaunched(house)
            if now - run.requested_at >= SUBMIT_GRACE
        ]
        left = to_submit(context.instance, jobs, old_enough)
        if not left:
            return dg.SkipReason("no run of an event waits for its launch")
        return [asked.request(asked.run.origin) for asked in left]

    return events
