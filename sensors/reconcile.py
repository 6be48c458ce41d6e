"""The sensor that ends what nobody works on any more, so that Dagster and the ledger agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster._core.launcher import WorkerStatus

from assets.lost import conclude_lost, report_end
from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.run import runs_of_dagster
from inspect_pipelines.usecases.alerts.send import send_waiting
from inspect_pipelines.usecases.runs.expire import expire

IN_PROGRESS = [
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
ENDED_BADLY = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
LAUNCH_GRACE = timedelta(seconds=15)  # from `starting` until some process holds the run's lock: milliseconds
NOTIFY_GRACE = timedelta(seconds=30)  # a run's last op may send for 20 s after the run was concluded
HEED_GRACE = timedelta(seconds=15)  # an interrupted run ends in two
LOOK_BACK = timedelta(days=1)  # at the first look: what failed before its door while nobody looked
MOST = 100  # Dagster runs a look


@dg.sensor(name="reconcile", minimum_interval_seconds=5, default_status=dg.DefaultSensorStatus.RUNNING)
def reconcile(context: dg.SensorEvaluationContext, house: dg.ResourceParam[House]) -> dg.SensorResult:
    """Conclude runs whose worker or Dagster run is gone, end Dagster runs whose run is over, and send what waits."""
    instance = context.instance

    def ended(dagster_run_id: str) -> str | None:
        run = instance.get_run_by_id(dagster_run_id)
        return run.status.value if run is not None and run.is_finished else None

    told = [f"{run.id} ({run.definition_id})" for run in expire(house, dagster_ended=ended)]
    told += _end_in_progress(instance, house)
    told += _kill_leftovers(instance, house)
    lost, cursor = _conclude_failed_before_the_door(instance, house, context.cursor)
    told += lost
    send_waiting(house)
    reason = f"concluded: {', '.join(told)}" if told else "every open run has a worker"
    return dg.SensorResult(skip_reason=reason, cursor=cursor)


def _end_in_progress(instance: dg.DagsterInstance, house: House) -> list[str]:
    """What Dagster believes to be in progress, although its worker is gone or our run is over."""
    ended = []
    records = instance.get_run_records(dg.RunsFilter(statuses=IN_PROGRESS))
    known = runs_of_dagster(house, [record.dagster_run.run_id for record in records])
    for record in records:
        run, age = record.dagster_run, house.clock.now() - _aware(record.update_timestamp)
        ours = known.get(run.run_id)
        if _is_lost(instance, run, age):
            why = "no process works on it"
            if conclude_lost(house, run, why):
                ended.append(f"Dagster run {run.run_id}")
            report_end(instance, run.run_id, why)
        elif run.status is dg.DagsterRunStatus.CANCELING:
            if age > HEED_GRACE:
                house.workers.kill(run.run_id)
        elif ours is not None and ours.completed_at and house.clock.now() - ours.completed_at > NOTIFY_GRACE:
            instance.run_coordinator.cancel_run(run.run_id)
            ended.append(f"Dagster run {run.run_id} of {ours.id}, which is {ours.status.value}")
    return ended


def _is_lost(instance: dg.DagsterInstance, run: dg.DagsterRun, age: timedelta) -> bool:
    """Whether the launcher knows for sure that nobody works on it; not all of them can tell."""
    launcher = instance.run_launcher
    if not launcher.supports_check_run_worker_health:
        return False
    if run.status is dg.DagsterRunStatus.STARTING and age < LAUNCH_GRACE:
        return False
    return launcher.check_run_worker_health(run).status is WorkerStatus.NOT_FOUND


def _kill_leftovers(instance: dg.DagsterInstance, house: House) -> list[str]:
    """Processes that hang although their Dagster run has its end."""
    killed = []
    for dagster_run_id in house.workers.living():
        record = instance.get_run_record_by_id(dagster_run_id)
        if record is None or not record.dagster_run.is_finished:
            continue
        if house.clock.now() - _aware(record.update_timestamp) > HEED_GRACE:
            house.workers.kill(dagster_run_id)
            killed.append(f"the process of Dagster run {dagster_run_id}")
    return killed


def _conclude_failed_before_the_door(
    instance: dg.DagsterInstance, house: House, cursor: str | None
) -> tuple[list[str], str]:
    """Dagster runs that ended badly without ever having come to the door: the ledger hears of them too."""
    since = datetime.fromisoformat(cursor) if cursor else house.clock.now() - LOOK_BACK
    concluded = []
    failed = instance.get_run_records(
        dg.RunsFilter(statuses=ENDED_BADLY, updated_after=since),
        limit=MOST,
        order_by="update_timestamp",
        ascending=True,
    )
    for record in failed:
        run = record.dagster_run
        try:
            if not house.workers.is_alive(run.run_id) and conclude_lost(
                house, run, f"Dagster says {run.status.value!r}"
            ):
                concluded.append(f"Dagster run {run.run_id}")
        except InspectError:
            break  # the next look begins with this one again
        since = _aware(record.update_timestamp)
    return concluded, since.isoformat()


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
