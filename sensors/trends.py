"""The daily schedule of an organisation's history: asks for the day that is over, at a time when little is due."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import dagster as dg

from inspect_pipelines.domain.concern import newest_day
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.run import has_ended_runs

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

CRON = "41 3 * * *"  # UTC; behind the upkeep, and long enough after midnight for what ended late


def daily(job: UnresolvedAssetJobDefinition, house: House) -> dg.ScheduleDefinition:
    """Switched on by itself, as the upkeep is."""

    @dg.schedule(
        name=f"{job.name}_schedule",
        job=job,
        cron_schedule=CRON,
        execution_timezone="UTC",
        description="Every night: what the history says of the day before, and whether people should know something.",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    def ticked(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        if not has_ended_runs(house):
            return dg.SkipReason("no run has ended yet, so there is no history yet")
        day = newest_day(context.scheduled_execution_time.astimezone(UTC))
        return dg.RunRequest(run_key=f"{day}", partition_key=f"{day}")

    return ticked
