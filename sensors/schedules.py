"""A Dagster schedule for each schedule, in its own zone: it reads, and asks for runs by their origins."""

from datetime import UTC

import dagster as dg

from assets import tags
from inspect_pipelines.domain.run import cron_origin
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.definitions.tick import tick


def schedule_of(schedule: Schedule, job: dg.JobDefinition, house: House) -> dg.ScheduleDefinition:
    """The Dagster schedule; switched on or off as the file says, unless a person used the switch in Dagster's UI."""

    @dg.schedule(
        name=f"{job.name}_schedule",
        job=job,
        cron_schedule=schedule.cron,
        execution_timezone=schedule.timezone,
        description=description_of(schedule),
        default_status=dg.DefaultScheduleStatus.RUNNING
        if schedule.enabled
        else dg.DefaultScheduleStatus.STOPPED,
    )
    def ticked(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
        due = tick(house, schedule, context.scheduled_execution_time.astimezone(UTC))
        if not due.times:
            return dg.SkipReason(due.reason)
        origins = [cron_origin(schedule.id, at) for at in due.times]
        return [
            dg.RunRequest(run_key=origin, tags={tags.ORIGIN: origin, tags.ORG: schedule.org_id})
            for origin in origins
        ]

    return ticked


def description_of(schedule: Schedule) -> str:
    """What it runs, and who may have switched it off."""
    playbooks = ", ".join(playbook.name for playbook in schedule.plan.playbooks)
    rests = (
        "" if schedule.enabled else " Its file says `enabled: false`: switched on here, it skips its times."
    )
    return (
        f"{schedule.name}: {playbooks}. To let it rest, `inspect-pipelines schedules pause {schedule.id}`: "
        f"when it is stopped here instead, people are alarmed.{rests}"
    )
