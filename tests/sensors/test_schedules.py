"""Schedules and the reconcile sensor, as Dagster evaluates them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from assets import tags
from assets.job import job_of
from builders import a_plan, a_schedule
from houses import CollectingChannel, a_house, apply
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.ports import House
from inspect_pipelines.usecases import start
from inspect_pipelines.usecases.start import Ticket
from sensors.reconcile import reconcile
from sensors.schedules import schedule_of


def test_a_tick_asks_for_a_run_by_its_nominal_time_in_utc() -> None:
    """02:00 in New York on a November day is 07:00 UTC; the origin names that, whatever the clock says."""
    schedule = a_schedule()
    two_in_new_york = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)

    context = dg.build_schedule_context(scheduled_execution_time=two_in_new_york)
    data = schedule_of(schedule, job_of(schedule)).evaluate_tick(context)

    (request,) = data.run_requests
    assert request.run_key == "cron:nightly-shop:2026-11-23T07:00Z"
    assert request.tags[tags.ORIGIN] == request.run_key


@pytest.mark.parametrize(
    ("enabled", "status"),
    [(True, dg.DefaultScheduleStatus.RUNNING), (False, dg.DefaultScheduleStatus.STOPPED)],
)
def test_a_schedule_runs_in_its_own_zone_and_as_its_switch_says(
    enabled: bool, status: dg.DefaultScheduleStatus
) -> None:
    schedule = a_schedule(enabled=enabled)

    made = schedule_of(schedule, job_of(schedule))

    assert (made.cron_schedule, made.execution_timezone) == ("0 2 * * *", "America/New_York")
    assert made.default_status is status


def a_running_house(tmp_path: Path, channel: CollectingChannel) -> House:
    house = a_house(tmp_path, channels=[("*", channel)])
    apply(house, a_schedule(plan=a_plan(notify=(NotifyRule(RuleEvent.ON_FAILURE, slack_channel="#qa"),))))
    start.admit(
        house, Ticket(DefinitionId("nightly-shop"), "d1", origin="cron:nightly-shop:2026-11-22T07:00Z")
    )
    return house


def test_reconcile_concludes_a_run_whose_worker_is_gone_and_tells_people(tmp_path: Path) -> None:
    channel = CollectingChannel()
    house = a_running_house(tmp_path, channel)
    house.workers.dead.add("d1")

    with dg.DagsterInstance.ephemeral() as instance:
        reconcile(dg.build_sensor_context(instance=instance), house=house)

    with house.ledger.read() as ledger:
        assert ledger.runs.latest(house.org_id)[0].status is RunStatus.ERROR
    assert [n.title for n in channel.sent] == ["Nightly shop: error"]


def test_reconcile_leaves_a_run_with_a_living_worker_alone(tmp_path: Path) -> None:
    house = a_running_house(tmp_path, CollectingChannel())

    with dg.DagsterInstance.ephemeral() as instance:
        result = reconcile(dg.build_sensor_context(instance=instance), house=house)

    assert result.skip_reason.skip_message == "every open run has a worker"
    with house.ledger.read() as ledger:
        assert ledger.runs.latest(house.org_id)[0].status is RunStatus.RUNNING
