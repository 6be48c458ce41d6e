"""Switch on again what somebody stopped in Dagster's UI: what was applied says that it shall tick."""

from __future__ import annotations

from dataclasses import dataclass

from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.errors import Unavailable
from inspect_pipelines.ports.engine import Ticker
from inspect_pipelines.ports.house import House


@dataclass(frozen=True, slots=True)
class SwitchedOn:
    names: tuple[str, ...]  # `schedule 'nightly'`, `sensor 'reconcile'`
    problem: str = ""  # why not, in a sentence


def switch_on(house: House, ticker: Ticker) -> SwitchedOn:
    """Take back the switches of this organisation's schedules and of all sensors, which serve every organisation.

    Schedules that their file switches off stay off, whatever Dagster says.
    """
    with house.ledger.read() as ledger:
        naming = ledger.organizations.naming()
        ids = [one.id for one in ledger.definitions.all() if isinstance(one, Schedule) and one.enabled]
    state = ticker.look(naming, ids, [])
    schedules = [one for one in ids if state is not None and one in state.stopped]
    sensors = [one.name for one in ticker.sensors() or () if one.is_stopped]
    if not schedules and not sensors:
        return SwitchedOn(())
    try:
        ticker.reset(naming, schedules, sensors)
    except Unavailable as error:
        return SwitchedOn((), f"what was stopped in the Dagster UI stays so: {error}; apply it again")
    return SwitchedOn((*(f"schedule {one!r}" for one in schedules), *(f"sensor {one!r}" for one in sensors)))
