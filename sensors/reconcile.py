"""The sensor that ends what nobody works on any more, so that Dagster and the ledger agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol, runtime_checkable

import dagster as dg
from dagster._core.launcher import WorkerStatus

from assets.lost import conclude_lost, report_end
from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.estate import Estate
from inspect_pipelines.queries.run import runs_of_dagster, taken_from
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


@runtime_checkable
class Resender(Protocol):
    """A launcher whose orders may get lost on their way to a worker."""

    def send_again(self, runs: Sequence[dg.DagsterRun]) -> list[str]:
        """Send those of launched runs that did; the ids of these Dagster runs."""
        ...


@dg.sensor(
    name="reconcile",
    description="Ends runs whose worker is gone, makes Dagster and the ledger agree, and sends what waits to be sent.",
    minimum_interval_seconds=5,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def reconcile(context: dg.SensorEvaluationContext, estate: dg.ResourceParam[Estate]) -> dg.SensorResult:
    """Conclude runs whose worker or Dagster run is gone, end Dagster runs whose run is over, and send what waits."""
    instance = context.instance

    def ended(dagster_run_id: str) -> str | None:
        run = instance.get_run_by_id(dagster_run_id)
        if (
            run is not None and run.status is dg.DagsterRunStatus.CANCELING
        ):  # its worker is gone, so it will be
            return dg.DagsterRunStatus.CANCELED.value
        return run.status.value if run is not None and run.is_finished else None

    houses = estate.houses()
    told = [
        f"{run.id} ({run.definition_id})" for house in houses for run in expire(house, dagster_ended=ended)
    ]
    told += _end_in_progress(instance, estate)
    told += _kill_leftovers(instance, estate)
    lost, cursor = _conclude_failed_before_the_door(instance, estate, context.cursor)
    told += lost
    for house in houses:
        send_waiting(house)
    again = _launch_again(instance, estate)
    reasons = [f"concluded: {', '.join(told)}"] if told else []
    reasons += [f"launched again: {', '.join(again)}"] if again else []
    reason = "; ".join(reasons) or "every open run has a worker"
    return dg.SensorResult(skip_reason=reason, cursor=cursor)


def _end_in_progress(instance: dg.DagsterInstance, estate: Estate) -> list[str]:
    """What Dagster believes to be in progress, although its worker is gone or our run is over."""
    ended = []
    records = instance.get_run_records(dg.RunsFilter(statuses=IN_PROGRESS))
    ids = [record.dagster_run.run_id for record in records]
    known = {key: run for house in estate.houses() for key, run in runs_of_dagster(house, ids).items()}
    taken = {key for house in estate.houses() for key in taken_from(house, ids)}
    for record in records:
        run, age = record.dagster_run, estate.clock.now() - _aware(record.update_timestamp)
        ours = known.get(run.run_id)
        if run.run_id in taken:
            report_end(instance, run.run_id, "its machine was not heard of any more, so it starts again")
        elif _is_lost(instance, run, age):
            why = "no process works on it"
            if conclude_lost(estate, run, why):
                ended.append(f"Dagster run {run.run_id}")
            report_end(instance, run.run_id, why)
        elif run.status is dg.DagsterRunStatus.CANCELING:
            if age > HEED_GRACE:
                estate.workers.kill(run.run_id)
        elif ours is not None and ours.completed_at and estate.clock.now() - ours.completed_at > NOTIFY_GRACE:
            instance.run_coordinator.cancel_run(run.run_id)
            ended.append(f"Dagster run {run.run_id} of {ours.id}, which is {ours.status.value}")
    return ended


def _launch_again(instance: dg.DagsterInstance, estate: Estate) -> list[str]:
    """What was launched, and no worker has heard of."""
    launcher = instance.run_launcher
    if not isinstance(launcher, Resender):
        return []
    records = instance.get_run_records(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTING]))
    long_ago = estate.clock.now() - LAUNCH_GRACE
    return launcher.send_again(
        [record.dagster_run for record in records if _aware(record.update_timestamp) < long_ago]
    )


def _is_lost(instance: dg.DagsterInstance, run: dg.DagsterRun, age: timedelta) -> bool:
    """Whether the launcher knows for sure that nobody works on it; not all of them can tell."""
    launcher = instance.run_launcher
    if not launcher.supports_check_run_worker_health:
        return False
    if run.status is dg.DagsterRunStatus.STARTING and age < LAUNCH_GRACE:
        return False
    return launcher.check_run_worker_health(run).status is WorkerStatus.NOT_FOUND


def _kill_leftovers(instance: dg.DagsterInstance, estate: Estate) -> list[str]:
    """Processes that hang although their Dagster run has its end."""
    killed = []
    for dagster_run_id in estate.workers.living():
        record = instance.get_run_record_by_id(dagster_run_id)
        if record is None or not record.dagster_run.is_finished:
            continue
        if estate.clock.now() - _aware(record.update_timestamp) > HEED_GRACE:
            estate.workers.kill(dagster_run_id)
            killed.append(f"the process of Dagster run {dagster_run_id}")
    return killed


def _conclude_failed_before_the_door(
    instance: dg.DagsterInstance, estate: Estate, cursor: str | None
) -> tuple[list[str], str]:
    """Dagster runs that ended badly without ever having come to the door: the ledger hears of them too."""
    since = datetime.fromisoformat(cursor) if cursor else estate.clock.now() - LOOK_BACK
    concluded, is_held = [], False
    failed = instance.get_run_records(
        dg.RunsFilter(statuses=ENDED_BADLY, updated_after=since),
        limit=MOST,
        order_by="update_timestamp",
        ascending=True,
    )
    for record in failed:
        run = record.dagster_run
        try:
            if not estate.workers.is_alive(run.run_id) and conclude_lost(
                estate, run, f"Dagster says {run.status.value!r}"
            ):
                concluded.append(f"Dagster run {run.run_id}")
        except InspectError:
            is_held = True  # the next look begins with this one again; the others are not to wait for it
        if not is_held:
            since = _aware(record.update_timestamp)
    return concluded, since.isoformat()


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
