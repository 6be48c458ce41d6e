"""Upcoming: the next times of schedules, in one order, with what keeps them from running."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.maintenance import Maintenance, under_maintenance
from inspect_pipelines.domain.occurrence import HORIZON, LOOK_BACK, occurrences
from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.definition import find_definition

INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Upcoming:
    schedule: DefinitionId
    cron: str
    timezone: str
    at: datetime  # UTC
    local: str  # the same moment with the offset of its zone
    hindrance: str | None  # why it will not run then; None: it will


@dataclass(frozen=True, slots=True)
class Time:
    """One time of a schedule."""

    schedule: Schedule
    at: datetime  # UTC
    hindrance: str  # empty: it will run


def list_upcoming(house: House, count: int, definition_id: DefinitionId | None = None) -> list[Upcoming]:
    """The next times of all schedules that are switched on, or of one, in order; three statements however many.

    Raises:
        NotFound: There is no such definition.
    """
    now = house.clock.now()
    with house.ledger.read() as ledger:
        if definition_id is None:
            found = ledger.definitions.all()
        else:
            found = [find_definition(house, ledger, definition_id)]
        windows = ledger.organizations.find().maintenance
        pauses = ledger.pauses.listed(now)
    times = [
        times_of(one, [pause for pause in pauses if pause.definition_id in (None, one.id)], windows, now)
        for one in found
        if isinstance(one, Schedule) and one.enabled
    ]
    order = heapq.merge(*times, key=lambda time: (time.at, time.schedule.id))
    return [_upcoming(time) for time, _ in zip(order, range(count), strict=False)]


def times_of(
    schedule: Schedule, held: Sequence[Pause], windows: Sequence[Maintenance], now: datetime
) -> Iterator[Time]:
    """A schedule's times from now on, in order.

    Args:
        schedule: Switched on.
        held: The pauses that hold now for it.
        windows: The organisation's maintenance.
        now: The time, UTC.
    """
    for at in occurrences(schedule, now):
        paused = next((one for one in held if one.holds(at)), None)
        window = under_maintenance(windows, schedule.id, at)
        why = paused.sentence() if paused else f"maintenance: {window.reason}" if window else ""
        yield Time(schedule, at, why)


def next_to_run(
    schedule: Schedule, held: Sequence[Pause], windows: Sequence[Maintenance], now: datetime
) -> tuple[datetime | None, datetime | None]:
    """(when it will run next, None: not in sight; before when it will surely not, None: that is known, or never).

    What keeps it from running is stepped over whole: a year's pause of a schedule of every minute is one step.

    Args:
        schedule: Switched on.
        held: The pauses that hold now for it.
        windows: The organisation's maintenance.
        now: The time, UTC.
    """
    after = now
    for _ in range(LOOK_BACK):
        at = next(occurrences(schedule, after), None)
        if at is None:
            ends = after + HORIZON
            is_over = schedule.end_on is not None and schedule.end_on < ends.date()
            return None, None if is_over else ends
        paused = next((one for one in held if one.holds(at)), None)
        window = under_maintenance(windows, schedule.id, at)
        if paused is not None and paused.end is None:
            return None, None
        if paused is not None and paused.end is not None:
            after = max(at, paused.end - INSTANT)
        elif window is not None:
            after = max(at, window.ends_after(at) - INSTANT)
        else:
            return at, None
    return None, after


def _upcoming(time: Time) -> Upcoming:
    one = time.schedule
    local = time.at.astimezone(ZoneInfo(one.timezone)).isoformat()
    return Upcoming(one.id, one.cron, one.timezone, time.at, local, time.hindrance or None)
