from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from builders import NOW, a_run, a_schedule, a_trigger
from houses import a_house, apply
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.definitions import LAST_RUNS, list_definitions, list_schedules, list_triggers


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(
        house,
        a_schedule("hourly", cron="0 * * * *", timezone="UTC"),
        a_schedule("off", enabled=False),
        a_trigger("merged"),
    )
    return house


def ran(house: House, definition_id: str, count: int) -> list[str]:
    with house.ledger.write() as ledger:
        for number in range(1, count + 1):
            at = NOW - timedelta(minutes=number)
            run = a_run(number, definition_id=DefinitionId(definition_id), requested_at=at)
            ledger.runs.request(run)
            ledger.runs.conclude(run.concluded(RunStatus.ERROR, "broke", now=NOW))
    return [a_run(number).id for number in range(1, count + 1)]


def pause(house: House, definition_id: str | None, hours: int | None = None) -> None:
    until = None if hours is None else NOW + timedelta(hours=hours)
    whose = DefinitionId(definition_id) if definition_id else None
    with house.ledger.write() as ledger:
        ledger.pauses.add(Pause(f"p{hours}", house.org_id, whose, "a freeze", "user:ada", NOW, until))


def test_the_last_ten_runs_of_each_are_shown_newest_first(house: House) -> None:
    expected = ran(house, "hourly", 12)[:LAST_RUNS]

    hourly, off = list_schedules(house)

    assert [run.id for run in hourly.last_runs] == expected
    assert hourly.summary.last_run == hourly.last_runs[0]
    assert (off.last_runs, off.summary.last_run) == ((), None)


def test_the_cron_goes_on_under_a_pause_and_the_next_run_comes_after_it(house: House) -> None:
    pause(house, "hourly", hours=3)

    hourly, _ = list_schedules(house)

    assert hourly.summary.next_fire_at == NOW + timedelta(hours=1)
    assert hourly.summary.next_at == NOW + timedelta(hours=3)
    assert hourly.summary.paused is not None
    assert (hourly.summary.paused.by, hourly.summary.paused.reason) == ("user:ada", "a freeze")


def test_a_pause_of_the_whole_organisation_holds_every_definition(house: House) -> None:
    pause(house, None)

    found = list_definitions(house)

    assert [one.id for one in found if one.paused] == ["hourly", "merged", "off"]
    assert [one.next_at for one in found] == [None, None, None]


def test_a_pause_of_one_definition_holds_no_other(house: House) -> None:
    pause(house, "merged")

    hourly, _ = list_schedules(house)
    (merged,) = list_triggers(house)

    assert hourly.summary.paused is None
    assert merged.summary.paused is not None


def test_what_is_switched_off_has_no_times(house: House) -> None:
    _, off = list_schedules(house)

    assert (off.summary.next_fire_at, off.summary.next_at) == (None, None)
