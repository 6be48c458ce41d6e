from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from builders import a_schedule
from houses import a_house, apply
from inspect_pipelines.domain.idle_sensor import SensorState
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.errors import Unavailable
from inspect_pipelines.ports.engine import TickerState
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.definitions.switch_on import SwitchedOn, switch_on

NIGHTLY, WEEKLY, OFF = DefinitionId("nightly"), DefinitionId("weekly"), DefinitionId("off")


class ATicker:
    """Says which switches are off, and remembers which were put back."""

    def __init__(
        self, *, schedules: Sequence[str] = (), sensors: Sequence[str] = (), fails: bool = False
    ) -> None:
        self._schedules, self._sensors, self._fails = schedules, sensors, fails
        self.reset_schedules: list[str] = []
        self.reset_sensors: list[str] = []

    def look(self, naming: Naming, schedules: Sequence[DefinitionId], origins: Sequence[str]) -> TickerState:
        return TickerState(frozenset(one for one in schedules if one in self._schedules), {}, frozenset())

    def sensors(self) -> tuple[SensorState, ...]:
        return tuple(SensorState(one, one in self._sensors, None) for one in ("queue", "reconcile"))

    def reset(self, naming: Naming, schedules: Sequence[DefinitionId], sensors: Sequence[str]) -> None:
        if self._fails:
            raise Unavailable("Dagster does not answer")
        self.reset_schedules += schedules
        self.reset_sensors += sensors


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(house, a_schedule(NIGHTLY), a_schedule(WEEKLY), replace(a_schedule(OFF), enabled=False))
    return house


def test_what_somebody_stopped_in_dagsters_ui_is_switched_on_and_named(house: House) -> None:
    ticker = ATicker(schedules=[NIGHTLY], sensors=["reconcile"])

    found = switch_on(house, ticker)

    assert found.names == ("schedule 'nightly'", "sensor 'reconcile'")
    assert (ticker.reset_schedules, ticker.reset_sensors) == ([NIGHTLY], ["reconcile"])


def test_what_its_file_switches_off_stays_off(house: House) -> None:
    ticker = ATicker(schedules=[OFF])

    assert switch_on(house, ticker) == SwitchedOn(())
    assert ticker.reset_schedules == []


def test_where_dagster_refuses_it_is_told_what_stays_off(house: House) -> None:
    found = switch_on(house, ATicker(sensors=["reconcile"], fails=True))

    assert found.names == ()
    assert found.problem == (
        "what was stopped in the Dagster UI stays so: Dagster does not answer; apply it again"
    )
