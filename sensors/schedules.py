"""A Dagster schedule for each schedule, in its own zone: it reads, and asks for a run by its origin."""

from datetime import UTC

import dagster as dg

from assets import tags
from inspect_pipelines.domain.ids import dagster_name
from inspect_pipelines.domain.run import cron_origin
from inspect_pipelines.domain.schedule import Schedule


def schedule_of(schedule: Schedule, job: dg.JobDefinition) -> dg.ScheduleDefinition:
    """The Dagster schedule; switched on or off as the file says, unless a person used the switch in Dagster's UI."""

    def request(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        origin = cron_origin(schedule.id, context.scheduled_execution_time.astimezone(UTC))
        return dg.RunRequest(run_key=origin, tags={tags.ORIGIN: origin})

    return dg.ScheduleDefinition(
        name=f"{dagster_name(schedule.id)}_schedule",
        job=job,
        cron_schedule=schedule.cron,
        execution_timezone=schedule.timezone,
        execution_fn=request,
        description=schedule.name,
        default_status=dg.DefaultScheduleStatus.RUNNING
        if schedule.enabled
        else dg.DefaultScheduleStatus.STOPPED,
    )
