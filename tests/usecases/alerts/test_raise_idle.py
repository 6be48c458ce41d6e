from __future__ import annotations

from pathlib import Path

import pytest

from builders import NOW, a_plan, a_schedule
from houses import a_house
from inspect_pipelines.domain.idle_sensor import IdleSensor
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.alerts.raise_idle import raise_idle

RULES = (NotifyRule(RuleEvent.ON_FAILURE, ("slack:#qa",)),)
STOPPED = IdleSensor(("reconcile",), True, NOW)


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    with house.ledger.write() as ledger:
        ledger.definitions.save(a_schedule(plan=a_plan(notify=RULES)), by="user:ada", at=house.clock.now())
    return house


def test_a_stopped_sensor_is_an_error_that_people_hear_of(house: House) -> None:
    (run,) = raise_idle(house, [STOPPED])

    assert (run.status, run.reason) == (RunStatus.ERROR, STOPPED.sentence)
    with house.ledger.read() as ledger:
        (note,) = ledger.outbox.of_run(run.id)
    assert note.target == "slack:#qa"
    assert "'reconcile' is stopped in the Dagster UI" in note.text


def test_one_outage_is_told_once_and_the_next_one_again(house: House) -> None:
    first = raise_idle(house, [STOPPED])
    second = raise_idle(house, [STOPPED])
    later = raise_idle(house, [IdleSensor(("reconcile",), True, NOW.replace(hour=9))])

    assert [len(each) for each in (first, second, later)] == [1, 0, 1]


def test_three_outages_do_not_pause_what_never_broke(house: House) -> None:
    for hour in (8, 9, 10, 11):
        raise_idle(house, [IdleSensor(("reconcile",), True, NOW.replace(hour=hour))])

    with house.ledger.read() as ledger:
        assert ledger.pauses.of(a_schedule().id) == ()
