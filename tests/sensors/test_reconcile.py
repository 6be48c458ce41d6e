"""The reconcile sensor over real Dagster records: whatever one side lost, both sides get their end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster._core.events import DagsterEvent, DagsterEventType
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus

from assets import tags
from assets.job import job_of
from builders import a_schedule
from houses import SteppedClock, a_house, an_estate, apply
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.run import Door, Run, RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.usecases.runs.start import Ticket
from recording_launcher import RecordingLauncher
from sensors.reconcile import reconcile


class TellingLauncher(RecordingLauncher):
    """Says of every worker what a test wrote down, and remembers whom it was to interrupt."""

    worker = WorkerStatus.RUNNING
    terminated: list[str]

    def terminate(self, run_id: str) -> bool:
        self.terminated.append(run_id)
        return True

    @property
    def supports_check_run_worker_health(self) -> bool:
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        return CheckRunHealthResult(self.worker)


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(house, a_schedule())
    return house


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        launcher = TellingLauncher()
        launcher.terminated = []
        launcher.register_instance(instance)
        instance._run_launcher = launcher
        yield instance


def a_dagster_run(instance: dg.DagsterInstance, house: House, status: DagsterEventType, **more: str) -> str:
    """A run of our job that has come so far in Dagster's records."""
    job = job_of(a_schedule(), Naming(DEFAULT_ORG), house)
    run = instance.create_run_for_job(job, tags={**job.run_tags, **more})
    for event in (DagsterEventType.PIPELINE_STARTING, DagsterEventType.PIPELINE_START, status):
        instance.report_dagster_event(DagsterEvent(event.value, job.name), run_id=run.run_id)
        if event is status:
            break
    return run.run_id


def look(instance: dg.DagsterInstance, house: House, cursor: str | None = None) -> Any:
    return reconcile(dg.build_sensor_context(instance=instance, cursor=cursor), estate=an_estate(house))


def real_time(house: House, later: float = 0.0) -> None:
    """Dagster's records carry the machine's time, so the house's clock follows it here."""
    clock: SteppedClock = house.clock
    clock.at = datetime.now(tz=clock.at.tzinfo) + timedelta(seconds=later)


def admitted(house: House, dagster_run_id: str) -> Run:
    return start.admit(house, Ticket(DefinitionId("nightly-shop"), dagster_run_id)).run


def latest(house: House) -> Run | None:
    with house.ledger.read() as ledger:
        return next(iter(ledger.runs.latest()), None)


def test_a_run_that_failed_before_the_door_gets_a_row_with_the_reason(
    instance: dg.DagsterInstance, house: House
) -> None:
    real_time(house)
    run_id = a_dagster_run(instance, house, DagsterEventType.PIPELINE_FAILURE)
    house.workers.dead.add(run_id)

    result = look(instance, house)
    again = look(instance, house, result.cursor)

    assert latest(house).status is RunStatus.ERROR
    assert latest(house).reason == "its worker was lost: Dagster says 'FAILURE'; start it again"
    assert again.skip_reason.skip_message == "every open run has a worker"
    with house.ledger.read() as ledger:
        assert len(ledger.runs.latest()) == 1


def test_a_failed_run_that_the_door_turned_away_stays_as_it_was(
    instance: dg.DagsterInstance, house: House
) -> None:
    real_time(house)
    origin = "cron:nightly-shop:2026-11-23T07:00Z"
    first = start.admit(house, Ticket(DefinitionId("nightly-shop"), "d1", origin=origin)).run
    abort(house, first.id, RunStatus.CANCELLED, "by a test")
    loser = a_dagster_run(instance, house, DagsterEventType.PIPELINE_FAILURE, **{tags.ORIGIN: origin})
    house.workers.dead.add(loser)

    look(instance, house)

    assert latest(house).reason == "by a test"


def test_a_dagster_run_without_a_worker_fails_on_both_sides(
    instance: dg.DagsterInstance, house: House
) -> None:
    real_time(house)
    run_id = a_dagster_run(instance, house, DagsterEventType.PIPELINE_START)
    ours = admitted(house, run_id)
    house.workers.dead.add(run_id)
    instance.run_launcher.worker = WorkerStatus.NOT_FOUND

    look(instance, house)

    assert instance.get_run_by_id(run_id).status is dg.DagsterRunStatus.FAILURE
    assert latest(house).id == ours.id
    assert latest(house).status is RunStatus.ERROR


class SendingLauncher(TellingLauncher):
    """Hands runs to workers over something that may forget them; here it has forgotten all."""

    def send_again(self, runs: Sequence[dg.DagsterRun]) -> list[str]:
        return [run.run_id for run in runs]


def test_what_was_launched_and_no_worker_has_heard_of_is_launched_again(
    instance: dg.DagsterInstance, house: House
) -> None:
    launcher = SendingLauncher()
    launcher.worker = WorkerStatus.UNKNOWN
    launcher.register_instance(instance)
    instance._run_launcher = launcher
    waiting = a_dagster_run(instance, house, DagsterEventType.PIPELINE_STARTING)
    a_dagster_run(instance, house, DagsterEventType.PIPELINE_START)  # it has a worker, or is lost

    real_time(house, later=5)
    early = look(instance, house)
    real_time(house, later=20)
    late = look(instance, house)

    assert early.skip_reason.skip_message == "every open run has a worker"
    assert late.skip_reason.skip_message == f"launched again: {waiting}"


def test_a_run_that_is_just_being_launched_is_given_time(instance: dg.DagsterInstance, house: House) -> None:
    run_id = a_dagster_run(instance, house, DagsterEventType.PIPELINE_STARTING)
    house.workers.dead.add(run_id)
    instance.run_launcher.worker = WorkerStatus.NOT_FOUND
    real_time(house, later=5)
    look(instance, house)
    after_5_s = instance.get_run_by_id(run_id).status

    real_time(house, later=16)
    look(instance, house)

    assert after_5_s is dg.DagsterRunStatus.STARTING
    assert instance.get_run_by_id(run_id).status is dg.DagsterRunStatus.FAILURE
    assert latest(house).status is RunStatus.ERROR


def test_a_dagster_run_goes_on_no_longer_than_our_run(instance: dg.DagsterInstance, house: House) -> None:
    """A worker that hung through its deadline was concluded as a timeout, and its Dagster run stayed STARTED."""
    real_time(house)
    run_id = a_dagster_run(instance, house, DagsterEventType.PIPELINE_START)
    abort(house, admitted(house, run_id).id, RunStatus.TIMEOUT, "it did not end in time")
    look(instance, house)
    at_once = list(instance.run_launcher.terminated)
    real_time(house, later=31)

    look(instance, house)

    assert at_once == []  # its last op may still tell people
    assert instance.run_launcher.terminated == [run_id]


def test_a_worker_that_does_not_heed_an_interruption_is_killed(
    instance: dg.DagsterInstance, house: House
) -> None:
    run_id = a_dagster_run(instance, house, DagsterEventType.PIPELINE_START)
    instance.report_run_canceling(instance.get_run_by_id(run_id))
    real_time(house, later=16)
    house.workers.dead.clear()

    look(instance, house)

    assert run_id in house.workers.dead


def test_a_canceled_run_without_a_worker_is_cancelled_on_both_sides(
    instance: dg.DagsterInstance, house: House
) -> None:
    real_time(house)
    run_id = a_dagster_run(instance, house, DagsterEventType.PIPELINE_START)
    admitted(house, run_id)
    instance.report_run_canceling(instance.get_run_by_id(run_id))
    house.workers.dead.add(run_id)
    instance.run_launcher.worker = WorkerStatus.NOT_FOUND

    look(instance, house)

    assert instance.get_run_by_id(run_id).status is dg.DagsterRunStatus.CANCELED
    assert latest(house).status is RunStatus.CANCELLED


def test_a_run_that_was_lost_with_its_machine_starts_again_once_and_its_dagster_run_is_over(
    instance: dg.DagsterInstance, house: House
) -> None:
    """By whatever launcher: its lease says so, and no Dagster run that lost it may take it up again."""
    real_time(house)
    first = a_dagster_run(instance, house, DagsterEventType.PIPELINE_START)
    ours = admitted(house, first)
    house.workers.dead.add(first)
    house.workers.lost_host = "worker-2"

    look(instance, house)
    waits = latest(house)
    again = start.admit(house, Ticket(DefinitionId("nightly-shop"), first, origin=ours.origin))
    taken = start.admit(house, Ticket(DefinitionId("nightly-shop"), "another", origin=ours.origin))

    assert instance.get_run_by_id(first).status is dg.DagsterRunStatus.FAILURE
    assert (waits.id, waits.status, waits.dagster_run_id) == (ours.id, RunStatus.PENDING, None)
    assert start.waiting(house) == []  # by now somebody has it
    assert (again.door, taken.door) == (Door.DUPLICATE, Door.ADMITTED)

    house.workers.dead.add("another")
    look(instance, house)

    assert latest(house).status is RunStatus.ERROR
    assert (
        latest(house).reason
        == "host: 'worker-2', where it was played, was not heard of any more; start it again"
    )


def statuses(house: House) -> dict[str, RunStatus]:
    with house.ledger.read() as ledger:
        return {run.definition_id: run.status for run in ledger.runs.latest()}


def rewrite(house: House, old: str, new: str) -> None:
    """Have another release's text in the place of a definition's."""
    with house.ledgers.database.write() as connection:
        statement = "UPDATE definitions SET config = replace(config, :old, :new) WHERE id = 'nightly-shop'"
        connection.execute(sa.text(statement), {"old": old, "new": new})


def version_of(house: House) -> str:
    with house.ledgers.database.read() as connection:
        config: str = connection.execute(sa.text("SELECT config FROM definitions LIMIT 1")).scalar_one()
    return config[: config.index(",")]  # `{"version":24`


def test_what_an_older_worker_cannot_read_ends_once_with_its_reason_where_it_can_be_read(
    instance: dg.DagsterInstance, house: House
) -> None:
    """A newer web process stored a definition in a shape of its own, and its run came to a worker of the release before."""
    real_time(house)
    apply(house, a_schedule(), a_schedule(id="other"))
    asked = start.request(house, DefinitionId("nightly-shop"), {}, by="user:ada", key="one")
    ours, theirs = version_of(house), '{"version":999'
    rewrite(house, ours, theirs)

    played = job_of(a_schedule(), Naming(DEFAULT_ORG), house).execute_in_process(
        instance=instance, tags={tags.ORIGIN: asked.origin}, raise_on_error=False
    )
    beside = a_dagster_run(instance, house, DagsterEventType.PIPELINE_FAILURE, **{tags.DEFINITION: "other"})
    house.workers.dead |= {played.run_id, beside}
    of_old_code = look(instance, house)
    meanwhile = statuses(house)
    rewrite(house, theirs, ours)  # whoever looks now can read it
    told = look(instance, house, of_old_code.cursor)
    again = look(instance, house, told.cursor)

    assert not played.success
    assert meanwhile == {"nightly-shop": RunStatus.PENDING, "other": RunStatus.ERROR}, (
        "nothing is lost while nobody can read it, and no other one waits for it"
    )
    assert statuses(house) == {"nightly-shop": RunStatus.ERROR, "other": RunStatus.ERROR}
    with house.ledger.read() as ledger:
        run = ledger.runs.find(asked.id)
    assert "was kept in version 999 of its shape" in run.reason
    assert run.reason.endswith("a newer one wrote it; install that one again, or restore a backup of before")
    assert again.skip_reason.skip_message == "every open run has a worker"
    with house.ledger.read() as ledger:
        assert len(ledger.runs.latest()) == 2
