"""Sensors for runs that wait: for their definition's slot, or too long in Dagster's queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

import dagster as dg

from assets import tags
from assets.lost import house_of
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.ports.estate import Estate
from inspect_pipelines.usecases.alerts.send import send_waiting
from inspect_pipelines.usecases.runs import start
from sensors.submitted import to_submit

LOOKED_AT = 500  # queued Dagster runs a turn, oldest first


def waiting_runs(jobs: Sequence[dg.JobDefinition]) -> dg.SensorDefinition:
    """The sensor that launches a run which waited (`overlap: buffer_one`) once its definition's slot is free."""

    @dg.sensor(
        name="waiting",
        description="Launches a run that waited for the one before it (overlap: buffer_one).",
        jobs=jobs,
        minimum_interval_seconds=5,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def waiting_for_slots(
        context: dg.SensorEvaluationContext, estate: dg.ResourceParam[Estate]
    ) -> list[dg.RunRequest] | dg.SkipReason:
        waiting = [run for house in estate.houses() for run in start.waiting(house)]
        free = to_submit(context.instance, jobs, waiting)
        if not free:
            return dg.SkipReason("no run waits for a slot that is free")
        # It may lose the slot again and wait again; a Dagster run that died before the door is due once an hour.
        hour = f"{estate.clock.now():%Y-%m-%dT%H}"
        return [asked.request(f"{asked.run.origin}@{asked.run.buffered_at}@{hour}") for asked in free]

    return waiting_for_slots


@dg.sensor(
    name="queue",
    description="Skips runs that wait in the queue for too long, and says so.",
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def queue(context: dg.SensorEvaluationContext, estate: dg.ResourceParam[Estate]) -> dg.SkipReason:
    """Skip what waits in Dagster's queue for too long, visibly and with one message an hour."""
    queued = context.instance.get_run_records(
        dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED]), limit=LOOKED_AT, ascending=True
    )
    skipped = []
    for record in queued:
        run = record.dagster_run
        house = house_of(estate, run)
        if house is None or tags.PARENT in run.tags:
            continue  # a re-execution has a copy of its parent's origin; the door looks after it
        turned_away = start.turn_away(
            house,
            start.Ticket(
                definition_id=DefinitionId(run.tags[tags.DEFINITION]),
                dagster_run_id=run.run_id,
                origin=run.tags.get(tags.ORIGIN),
                queued_at=record.create_timestamp.astimezone(UTC),
            ),
        )
        if turned_away is not None:  # its Dagster run goes too; were it launched, the door would find the end
            context.instance.add_run_tags(
                run.run_id, {tags.RUN: turned_away.id, tags.SKIPPED: turned_away.reason}
            )
            context.instance.report_run_canceled(run, message=turned_away.reason)
            skipped.append(turned_away.id)
    if not skipped:
        return dg.SkipReason(f"{len(queued)} runs wait, none for too long")
    for house in estate.houses():
        send_waiting(house)
    return dg.SkipReason("skipped: " + ", ".join(skipped))
