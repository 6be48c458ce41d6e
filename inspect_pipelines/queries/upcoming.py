"""Upcoming: the next times of schedules, in one order, with what keeps them from running."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.maintenance import Maintenance, under_maintenance
from inspect_pipelines.domain.occurrence import occurrences
from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.find_definition import find_definition

LAST_RUNS = 10


@dataclass(frozen=True, slots=True)
class Upcoming:
    schedule: Schedule
    at: datetime  # UTC
    hindrance: str  # why it will not run then; empty: it will


@dataclass(frozen=True, slots=True)
class Overview:
    """A schedule as `schedules list` shows it."""

    schedule: Schedule
    next_at: datetime | None  # UTC; the first time at which it will run; None: none is in sight
    pause: Pause | None  # that holds now
    last: tuple[Run, ...]  # newest first, ten at most


def upcoming(house: House, count: int, definition_id: DefinitionId | None = None) -> list[Upcoming]:
    """The next times of all schedules that are switched on, or of one, in order.

    Raises:
        NotFound: There is no such definition.
    """
    now = house.clock.now()
    with house.ledger.read() as ledger:
        found = ledger.definitions.all(house.org_id)
        if definition_id is not None:
            found = [find_definition(house, ledger, definition_id)]
        windows = ledger.organizations.find(house.org_id).maintenance
        schedules = [one for one in found if isinstance(one, Schedule) and one.enabled]
        held = {one.id: ledger.pauses.active(house.org_id, one.id, now) for one in schedules}
    order = heapq.merge(
        *(_times(schedule, held[schedule.id], windows, now) for schedule in schedules),
        key=lambda one: (one.at, one.schedule.id),
    )
    return [one for one, _ in zip(order, range(count), strict=False)]


def overview(house: House) -> list[Overview]:
    """Every schedule, by its id."""
    now = house.clock.now()
    with house.ledger.read() as ledger:
        windows = ledger.organizations.find(house.org_id).maintenance
        shown = []
        for schedule in ledger.definitions.all(house.org_id):
            if not isinstance(schedule, Schedule):
                continue
            held = ledger.pauses.active(house.org_id, schedule.id, now)
            times = _times(schedule, held, windows, now) if schedule.enabled else iter(())
            runs = ledger.runs.latest(house.org_id, definition_id=schedule.id, limit=LAST_RUNS)
            next_at = None
            if not any(one.until is None for one in held):
                next_at = next((one.at for one in times if not one.hindrance), None)
            shown.append(Overview(schedule, next_at, held[0] if held else None, tuple(runs)))
        return shown


def _times(
    schedule: Schedule, held: Sequence[Pause], windows: Sequence[Maintenance], now: datetime
) -> Iterator[Upcoming]:
    for at in occurrences(schedule, now):
        paused = next((one for one in held if one.holds(at)), None)
        window = under_maintenance(windows, schedule.id, at)
        why = paused.sentence() if paused else f"maintenance: {window.reason}" if window else ""
        yield Upcoming(schedule, at, why)
