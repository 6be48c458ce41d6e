from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from builders import NOW, a_schedule, a_trigger
from houses import a_house, apply
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.json_shape import to_json
from inspect_pipelines.queries.upcoming import list_upcoming


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(
        house,
        a_schedule("hourly", cron="0 * * * *", timezone="Europe/Berlin"),
        a_schedule("half", cron="30 * * * *", timezone="UTC"),
        a_schedule("off", cron="* * * * *", enabled=False),
        a_trigger("merged"),
    )
    return house


def test_times_of_all_schedules_are_one_order(house: House) -> None:
    found = list_upcoming(house, 4)

    assert [(one.schedule, one.at - NOW) for one in found] == [
        ("half", timedelta(minutes=30)),
        ("hourly", timedelta(hours=1)),
        ("half", timedelta(minutes=90)),
        ("hourly", timedelta(hours=2)),
    ]


def test_a_time_is_written_on_both_clocks(house: House) -> None:
    (first,) = list_upcoming(house, 1, DefinitionId("hourly"))

    assert to_json(first) == {
        "schedule": "hourly",
        "cron": "0 * * * *",
        "timezone": "Europe/Berlin",
        "at": "2026-11-22T08:00:00Z",
        "local": "2026-11-22T09:00:00+01:00",
        "hindrance": None,
    }


def test_a_pause_of_one_schedule_keeps_no_other_from_running(house: House) -> None:
    with house.ledger.write() as ledger:
        whose = DefinitionId("half")
        ledger.pauses.add(Pause("p1", house.org_id, whose, "a freeze", "user:ada", NOW))

    half, hourly = list_upcoming(house, 2)

    assert half.hindrance == "'half' is paused by user:ada: a freeze"
    assert hourly.hindrance is None


def test_a_trigger_has_no_times(house: House) -> None:
    assert list_upcoming(house, 3, DefinitionId("merged")) == []


def test_what_is_not_applied_is_told_with_what_is(house: House) -> None:
    with pytest.raises(
        NotFound, match=r"'hourli' is no schedule or trigger.*applied: half, hourly, merged, off"
    ):
        list_upcoming(house, 3, DefinitionId("hourli"))
