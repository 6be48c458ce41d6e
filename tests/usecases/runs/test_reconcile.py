from __future__ import annotations

from pathlib import Path

import pytest

from builders import a_plan, a_schedule
from houses import CollectingChannel, a_house, apply
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.reconcile import reconcile
from inspect_pipelines.usecases.runs.start import Ticket


@pytest.fixture
def channel() -> CollectingChannel:
    return CollectingChannel()


@pytest.fixture
def house(tmp_path: Path, channel: CollectingChannel) -> House:
    house = a_house(tmp_path, channels=[("*", channel)])
    apply(house, a_schedule(plan=a_plan(notify=(NotifyRule(RuleEvent.ON_FAILURE, ("slack:#qa",)),))))
    return house


def a_running_run(house: House):
    ticket = Ticket(DefinitionId("nightly-shop"), "d1", origin="cron:nightly-shop:2026-11-22T07:00Z")
    return start.admit(house, ticket).run


def test_a_run_whose_worker_died_is_ended_and_told_in_one_go(
    house: House, channel: CollectingChannel
) -> None:
    run = a_running_run(house)
    house.workers.kill(run.dagster_run_id)

    reconcile(house)

    with house.ledger.read() as ledger:
        assert ledger.runs.find(run.id).status is RunStatus.ERROR
    assert [one.run_id for one in channel.sent] == [run.id]


def test_as_long_as_somebody_works_on_a_run_nobody_is_told_anything(
    house: House, channel: CollectingChannel
) -> None:
    run = a_running_run(house)

    reconcile(house)

    with house.ledger.read() as ledger:
        assert ledger.runs.find(run.id).status is RunStatus.RUNNING
    assert channel.sent == []


def test_what_is_ended_already_is_told_once(house: House, channel: CollectingChannel) -> None:
    run = a_running_run(house)
    house.workers.kill(run.dagster_run_id)
    reconcile(house)

    reconcile(house)

    assert len(channel.sent) == 1
