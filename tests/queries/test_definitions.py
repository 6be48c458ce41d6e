from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from builders import NOW, a_run, a_schedule, a_trigger
from houses import a_house, apply
from inspect_pipelines.domain.calendar import Days
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.maintenance import Maintenance
from inspect_pipelines.domain.occurrence import HORIZON
from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.definitions import LAST_RUNS, list_definitions, list_schedules, list_triggers
from inspect_pipelines.queries.upcoming import next_to_run


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


def test_a_pause_that_is_longer_than_a_thousand_times_is_stepped_over(tmp_path: Path) -> None:
    """`*/5` paused for four days (1,152 times) had no next run."""
    house = a_house(tmp_path)
    apply(house, a_schedule("busy", cron="*/5 * * * *", timezone="UTC"))
    pause(house, "busy", hours=4 * 24)

    (busy,) = list_schedules(house)

    assert busy.summary.next_at == NOW + timedelta(days=4)


def test_maintenance_that_lasts_longer_than_a_thousand_times_is_stepped_over(tmp_path: Path) -> None:
    moving = Maintenance("moving", start=NOW - timedelta(days=1), end=NOW + timedelta(days=30))

    found = next_to_run(a_schedule(cron="* * * * *", timezone="UTC"), [], [moving], NOW)

    assert found == (NOW + timedelta(days=30), None)


def test_a_search_that_gives_up_says_how_far_it_looked() -> None:
    closed = (Days(date(2026, 1, 1), date(2999, 1, 1)),)
    never = a_schedule(cron="0 2 * * *", calendar=closed)
    over = a_schedule(cron="0 2 * * *", calendar=closed, end_on=date(2027, 1, 1))
    always = Maintenance("no nights", cron="0 0 * * *", minutes=1440)

    assert next_to_run(never, [], [], NOW) == (None, NOW + HORIZON)
    assert next_to_run(over, [], [], NOW) == (None, None)
    at, not_before = next_to_run(a_schedule(cron="0 2 * * *"), [], [always], NOW)
    assert at is None
    assert not_before is not None
    assert not_before > NOW + timedelta(days=999)
