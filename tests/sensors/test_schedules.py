"""Schedules and the reconcile sensor, as Dagster evaluates them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from assets import tags
from assets.job import job_of
from builders import NOW, a_plan, a_schedule
from houses import CollectingChannel, a_house, an_estate, apply
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId
from inspect_pipelines.domain.maintenance import Maintenance
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.schedule import CatchUp, Schedule
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.start import Ticket
from sensors.reconcile import reconcile
from sensors.schedules import schedule_of

TWO_IN_NEW_YORK = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


def ticked(house: House, schedule: Schedule, at: datetime = TWO_IN_NEW_YORK) -> dg.SkipReason | list[str]:
    """What Dagster gets from the schedule's tick: the keys of its requests, or why there is none."""
    context = dg.build_schedule_context(scheduled_execution_time=at)
    data = schedule_of(schedule, job_of(schedule, Naming(DEFAULT_ORG), house), house).evaluate_tick(context)
    for request in data.run_requests:
        assert request.tags[tags.ORIGIN] == request.run_key
    return [request.run_key for request in data.run_requests] or data.skip_message


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A minute after two o'clock in New York, the schedule was applied long ago."""
    house = a_house(tmp_path)
    house.clock.at = TWO_IN_NEW_YORK + timedelta(minutes=1)
    apply(house, a_schedule())
    return house


def test_a_tick_asks_for_a_run_by_its_nominal_time_in_utc(house: House) -> None:
    """02:00 in New York on a November day is 07:00 UTC; the origin names that, whatever the clock says."""
    assert ticked(house, a_schedule()) == ["cron:nightly-shop:2026-11-23T07:00Z"]


def test_a_tick_only_reads(house: House) -> None:
    """Dagster's "Test" button evaluates schedules for real."""
    ticked(house, a_schedule())

    with house.ledger.read() as ledger:
        assert ledger.runs.latest() == []


def test_a_schedule_that_is_switched_off_asks_for_nothing_whatever_dagsters_switch_says(house: House) -> None:
    apply(house, a_schedule(enabled=False))

    assert ticked(house, a_schedule()) == "'nightly-shop' is switched off (enabled: false)"


def test_a_paused_schedule_asks_for_nothing_and_says_who_paused_it(house: House) -> None:
    pause = Pause("p1", house.org_id, DefinitionId("nightly-shop"), "the shop moves", "user:ada", since=NOW)
    with house.ledger.write() as ledger:
        ledger.pauses.add(pause)

    assert ticked(house, a_schedule()) == "'nightly-shop' is paused by user:ada: the shop moves"


def test_a_schedule_under_maintenance_asks_for_nothing(house: House) -> None:
    window = Maintenance("the database moves", cron="45 1 * * *", timezone="America/New_York", minutes=30)
    apply(house, organization=Organization(house.org_id, maintenance=(window,)))

    assert ticked(house, a_schedule()) == "maintenance: the database moves"


def test_a_slot_older_than_an_edit_of_its_cron_never_fires(house: House) -> None:
    """Known gap once: edited while `up` was down, the new cron's slot before the edit fired after the start."""
    schedule = a_schedule(cron="0 2 * * 1-5")
    with house.ledger.write() as ledger:
        ledger.definitions.save(schedule, by="user:ada", at=TWO_IN_NEW_YORK + timedelta(seconds=30))

    reason = ticked(house, schedule)

    assert (
        reason
        == "2026-11-23 07:00 UTC is older than the schedule's last change or pause, 2026-11-23 07:00 UTC"
    )


def test_a_code_server_that_lags_behind_the_ledger_fires_nothing(house: House) -> None:
    apply(house, a_schedule(cron="0 2 * * 1-5"))

    assert ticked(house, a_schedule()) == (
        "'nightly-shop' was changed; its new times come as soon as Dagster knows them"
    )


def test_a_schedule_that_was_deleted_meanwhile_asks_for_nothing(house: House) -> None:
    with house.ledger.write() as ledger:
        ledger.definitions.delete(DefinitionId("nightly-shop"), by="user:ada", at=NOW)

    assert "is no schedule any more" in ticked(house, a_schedule())


def test_after_a_downtime_the_latest_slot_runs_when_it_is_not_older_than_an_hour(house: House) -> None:
    house.clock.at = TWO_IN_NEW_YORK + timedelta(minutes=60)
    assert ticked(house, a_schedule()) == ["cron:nightly-shop:2026-11-23T07:00Z"]

    house.clock.at = TWO_IN_NEW_YORK + timedelta(minutes=61)
    assert ticked(house, a_schedule()) == (
        "2026-11-23 07:00 UTC was missed 61 minutes ago, and catch_up: latest goes back 60"
    )


def test_after_a_downtime_all_missed_slots_run_where_the_schedule_says_so(house: House) -> None:
    schedule = a_schedule(catch_up=CatchUp.ALL)
    apply(house, schedule)
    start.admit(
        house, Ticket(DefinitionId("nightly-shop"), "d1", origin="cron:nightly-shop:2026-11-20T07:00Z")
    )

    assert ticked(house, schedule) == [f"cron:nightly-shop:2026-11-{day}T07:00Z" for day in (21, 22, 23)]


def test_the_slots_of_a_maintenance_are_not_made_up_for(house: House) -> None:
    schedule = a_schedule(catch_up=CatchUp.ALL)
    window = Maintenance(
        "moving", start=TWO_IN_NEW_YORK - timedelta(days=1, hours=1), end=TWO_IN_NEW_YORK - timedelta(hours=1)
    )
    apply(house, schedule, organization=Organization(house.org_id, maintenance=(window,)))

    days = [origin.removeprefix("cron:nightly-shop:2026-11-")[:2] for origin in ticked(house, schedule)]

    assert days == ["13", "14", "15", "16", "17", "18", "19", "20", "21", "23"]


def test_resuming_fires_nothing_that_was_due_in_the_pause(house: House) -> None:
    schedule = a_schedule(catch_up=CatchUp.ALL)
    apply(house, schedule)
    pause = Pause("p1", house.org_id, None, "holidays", "user:ada", since=NOW - timedelta(days=9))
    with house.ledger.write() as ledger:
        ledger.pauses.add(pause)
        ledger.pauses.lift(None, now=TWO_IN_NEW_YORK - timedelta(hours=1), by="user:ada")

    assert ticked(house, schedule) == ["cron:nightly-shop:2026-11-23T07:00Z"]


@pytest.mark.parametrize(
    ("enabled", "status"),
    [(True, dg.DefaultScheduleStatus.RUNNING), (False, dg.DefaultScheduleStatus.STOPPED)],
)
def test_a_schedule_runs_in_its_own_zone_and_as_its_switch_says(
    house: House, enabled: bool, status: dg.DefaultScheduleStatus
) -> None:
    schedule = a_schedule(enabled=enabled)

    made = schedule_of(schedule, job_of(schedule, Naming(DEFAULT_ORG), house), house)

    assert (made.cron_schedule, made.execution_timezone) == ("0 2 * * *", "America/New_York")
    assert made.default_status is status


def a_running_house(tmp_path: Path, channel: CollectingChannel) -> House:
    house = a_house(tmp_path, channels=[("*", channel)])
    apply(house, a_schedule(plan=a_plan(notify=(NotifyRule(RuleEvent.ON_FAILURE, ("slack:#qa",)),))))
    start.admit(
        house, Ticket(DefinitionId("nightly-shop"), "d1", origin="cron:nightly-shop:2026-11-22T07:00Z")
    )
    return house


def test_reconcile_concludes_a_run_whose_worker_is_gone_and_tells_people(tmp_path: Path) -> None:
    channel = CollectingChannel()
    house = a_running_house(tmp_path, channel)
    house.workers.dead.add("d1")

    with dg.DagsterInstance.ephemeral() as instance:
        reconcile(dg.build_sensor_context(instance=instance), estate=an_estate(house))

    with house.ledger.read() as ledger:
        assert ledger.runs.latest()[0].status is RunStatus.ERROR
    assert [n.title for n in channel.sent] == ["Nightly shop: error"]


def test_reconcile_leaves_a_run_with_a_living_worker_alone(tmp_path: Path) -> None:
    house = a_running_house(tmp_path, CollectingChannel())

    with dg.DagsterInstance.ephemeral() as instance:
        result = reconcile(dg.build_sensor_context(instance=instance), estate=an_estate(house))

    assert result.skip_reason.skip_message == "every open run has a worker"
    with house.ledger.read() as ledger:
        assert ledger.runs.latest()[0].status is RunStatus.RUNNING
