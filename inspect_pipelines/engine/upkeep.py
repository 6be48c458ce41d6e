"""Upkeep: what a home lets go of each night, and the events of Dagster itself that are older than their windows."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg
from dagster._core.storage.event_log import SqlEventLogStorage, SqliteEventLogStorage
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from sqlalchemy import and_, delete, or_

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.retention import Gone, Kind, longest
from inspect_pipelines.ports.engine import UPKEEP
from inspect_pipelines.ports.estate import Estate
from inspect_pipelines.queries.organization import organization
from inspect_pipelines.usecases.history.sweep import sweep

AT_ONCE = 100  # Dagster runs a page
LEASES_OF_RUNS = ("worker:", "doubt:")  # resources/shared_workers.py
TRIMMED_FOR = timedelta(
    days=30
)  # so long a night may be missed before some debug line stays until its run goes
ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
# What Dagster tells of itself while a run goes on. Its UI computes a run's steps and times from the other events.
TRANSITIONAL = (
    "ENGINE_EVENT",
    "LOGS_CAPTURED",
    "RESOURCE_INIT_STARTED",
    "RESOURCE_INIT_SUCCESS",
    "LOADED_INPUT",
    "OBJECT_STORE_OPERATION",
)
DEBUG_LINE = '%"level": 10,%'


@dg.op(name="let_go", description="Lets go what is older than organization.yaml keeps it (`retention`).")
def let_go(context: dg.OpExecutionContext, estate: dg.ResourceParam[Estate]) -> None:
    """One number and one size a kind, as metadata; Dagster plots them over its runs."""
    now, houses = estate.clock.now(), estate.houses()
    kept = longest(organization(house).retention for house in houses)
    for house in houses[:1]:  # all of them share these: how workers of runs that are long over were known
        for beginning in LEASES_OF_RUNS:
            house.ledgers.leases.forget(beginning, over_for=timedelta(days=1).total_seconds())
    swept = sweep(houses, now=now, payload_days=Settings().payload_days)
    if swept.held:
        context.log.warning(swept.held)
        context.add_output_metadata({"held": dg.MetadataValue.text(swept.held)})
        return
    if swept.problem:
        context.log.warning(swept.problem)
    gone = [
        *swept.gone,
        trim_debug(context.instance, before=now - timedelta(days=kept.dagster_debug), by=context.run),
        forget_runs(context.instance, before=now - timedelta(days=kept.dagster_runs), by=context.run),
    ]
    context.add_output_metadata(
        {
            key: value
            for one in gone
            for key, value in (
                (one.kind.value, dg.MetadataValue.int(one.count)),
                (f"{one.kind.value}, bytes", dg.MetadataValue.int(one.size_bytes)),
            )
        }
    )


@dg.graph
def upkeep() -> None:
    let_go()


def upkeep_job(estate: Estate) -> dg.JobDefinition:
    """The job of every night."""
    return upkeep.to_job(
        name=UPKEEP,
        description="Every night: lets go what is older than organization.yaml keeps it, and tells how much that was.",
        resource_defs={"estate": dg.ResourceDefinition.hardcoded_resource(estate)},
        executor_def=dg.in_process_executor,
        tags={"dagster/max_runtime": str(4 * 3600)},
    )


def nightly(job: dg.JobDefinition) -> dg.ScheduleDefinition:
    """When it is done: at a time of night and a minute of the hour at which few schedules are due."""
    return dg.ScheduleDefinition(
        name=f"{UPKEEP}_schedule",
        job=job,
        cron_schedule="17 3 * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )


def forget_runs(instance: dg.DagsterInstance, *, before: datetime, by: dg.DagsterRun) -> Gone:
    """Dagster's own runs that ended before, with their events and their databases, where each run has one.

    Args:
        by: The run that lets them go; it stays, and so do runs of other code locations than its own.
    """
    count = size = 0
    # All of them first: Dagster's next page begins behind a run that has to be there still.
    for record in list(_ended(instance, dg.RunsFilter(statuses=ENDED, updated_before=before))):
        run_id = record.dagster_run.run_id
        if run_id == by.run_id or _location(record.dagster_run) != _location(by):
            continue
        instance.delete_run(run_id)
        count += 1
        for file in _files_of(instance, run_id):
            size += file.stat().st_size
            file.unlink()
    return Gone(Kind.DAGSTER_RUNS, count, size)


def trim_debug(instance: dg.DagsterInstance, *, before: datetime, by: dg.DagsterRun) -> Gone:
    """Debug lines, and what Dagster tells of its own doing, of runs that ended before; what its UI shows of a run stays.

    Args:
        by: As above.
    """
    storage = instance.event_log_storage
    if not isinstance(storage, SqlEventLogStorage):  # somebody else's, who has windows of their own
        return Gone(Kind.DEBUG_LINES, 0)
    count = 0
    since = before - TRIMMED_FOR
    table = SqlEventLogStorageTable.c
    for record in _ended(instance, dg.RunsFilter(statuses=ENDED, updated_before=before, updated_after=since)):
        run_id = record.dagster_run.run_id
        if _location(record.dagster_run) != _location(by):
            continue
        lines = and_(
            table.run_id == run_id,
            or_(
                table.dagster_event_type.in_(TRANSITIONAL),
                and_(table.dagster_event_type.is_(None), table.event.like(DEBUG_LINE)),
            ),
        )
        with storage.run_connection(run_id) as connection:
            count += connection.execute(delete(SqlEventLogStorageTable).where(lines)).rowcount
    return Gone(Kind.DEBUG_LINES, count)


def _location(run: dg.DagsterRun) -> str | None:
    """The code location that it is of: a Dagster that others run may have some that are not ours."""
    origin = run.remote_job_origin
    return origin.repository_origin.code_location_origin.location_name if origin else None


def _ended(instance: dg.DagsterInstance, wanted: dg.RunsFilter) -> Iterator[dg.RunRecord]:
    """Newest first."""
    cursor = None
    while page := instance.get_run_records(wanted, limit=AT_ONCE, cursor=cursor):
        cursor = page[-1].dagster_run.run_id
        yield from page


def _files_of(instance: dg.DagsterInstance, run_id: str) -> list[Path]:
    storage = instance.event_log_storage
    if not isinstance(storage, SqliteEventLogStorage):
        return []
    shard = storage.path_for_shard(run_id)
    return [file for tail in ("", "-wal", "-shm") if (file := Path(f"{shard}{tail}")).is_file()]
