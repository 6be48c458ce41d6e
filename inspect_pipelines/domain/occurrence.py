"""Occurrences: which of a schedule's times are its own, which were missed, and which are made up for.

An occurrence is (definition, nominal time), and a run's origin names it: whoever asks for it twice finds the first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from inspect_pipelines.domain.calendar import closed_through
from inspect_pipelines.domain.cron import Cron, zone
from inspect_pipelines.domain.schedule import CatchUp, Schedule
from inspect_pipelines.domain.trigger import Definition

ON_TIME = timedelta(
    minutes=5
)  # 500 schedules of one minute take Dagster 150 s to submit; after this one is missed
CATCH_UP_WITHIN = timedelta(hours=1)  # of `catch_up: latest`
MOST_CAUGHT_UP = 10  # of `catch_up: all`
SHORTEST_PATIENCE = timedelta(minutes=30)
LOOK_BACK = 1000  # fire times that are looked through for missed ones, calendars and dates included
HORIZON = timedelta(days=3653)  # ten years: no further ahead is looked, and 29 February comes within eight
LATE = time(23)  # an hour before a day's end: no clock has ever moved by more at midnight


@dataclass(frozen=True, slots=True)
class Due:
    """What a tick asks for: nominal times, UTC, oldest first; the reason when there is none."""

    times: tuple[datetime, ...]
    reason: str = ""


def due(
    schedule: Schedule,
    at: datetime,
    *,
    now: datetime,
    floor: datetime,
    is_known: Callable[[datetime], bool],
    is_closed: Callable[[datetime], bool] = lambda _: False,
) -> Due:
    """What a tick of the schedule asks for, now.

    Args:
        schedule: As it is now, switched on and not paused.
        at: The tick's nominal time, UTC: the newest one that is not later than now.
        now: UTC. Before `at` when the clock was set back meanwhile.
        floor: What was due before belongs to an older cron, zone or switch, or to a pause that is over.
        is_known: Whether an occurrence was asked for already.
        is_closed: Whether a time fell into maintenance, and is not made up for.
    """
    if at < floor:
        return Due((), f"{_written(at)} is older than the schedule's last change or pause, {_written(floor)}")
    if not occurs(schedule, at):
        return Due((), f"{_written(at)} is outside of the schedule's dates or in its calendar")
    late = now - at
    if is_known(at):
        return Due((), f"{_written(at)} was asked for already")
    if schedule.catch_up is CatchUp.ALL:
        missed = [*_missed(schedule, at, floor, is_known, is_closed)]
        return Due(tuple(reversed(missed)), "" if missed else "all that was missed fell into maintenance")
    allowed = ON_TIME if schedule.catch_up is CatchUp.NONE else CATCH_UP_WITHIN
    if late > allowed:
        minutes = allowed // timedelta(minutes=1)
        return Due(
            (),
            f"{_written(at)} was missed {late // timedelta(minutes=1)} minutes ago, "
            f"and catch_up: {schedule.catch_up.value} goes back {minutes}",
        )
    return Due((at,))


def occurs(schedule: Schedule, nominal: datetime) -> bool:
    """Whether a fire time is within the schedule's dates and not in its calendar."""
    local = nominal.astimezone(zone(schedule.timezone)).date()
    return not _is_over(schedule, local) and _closed_through(schedule, local) is None


def occurrences(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    """The schedule's own times later than this one, UTC, in order; ends where its dates end, or after ten years.

    Days before its first one and days of its calendar are stepped over whole, however often it would fire in them.
    """
    here, cron = zone(schedule.timezone), Cron(schedule.cron, schedule.timezone)
    at, ends = after, after + HORIZON
    while (at := cron.next_after(at)) <= ends:
        day = at.astimezone(here).date()
        if _is_over(schedule, day):
            return
        closed = _closed_through(schedule, day)
        if closed is None:
            yield at
        elif closed > ends.date():
            return
        else:
            at = max(at, datetime.combine(closed, LATE, here))


def _is_over(schedule: Schedule, day: date) -> bool:
    return schedule.end_on is not None and day > schedule.end_on


def _closed_through(schedule: Schedule, day: date) -> date | None:
    """The last day, from this one on, of what keeps the schedule from firing on it; None: it may fire."""
    if schedule.start_on is not None and day < schedule.start_on:
        return schedule.start_on - timedelta(days=1)
    return closed_through(schedule.calendar, day)


def is_retimed(old: Definition, new: Definition) -> bool:
    """Whether an edit touches when a definition fires: then what was due before it never fires."""
    return _timing(old) != _timing(new)


def jitter(schedule: Schedule) -> timedelta:
    """How long after its nominal time a schedule's run begins: its own constant, so that `plan` can show it."""
    if not schedule.jitter_seconds:
        return timedelta(0)
    digest = hashlib.sha256(f"{schedule.org_id}/{schedule.id}".encode()).digest()
    return timedelta(seconds=int.from_bytes(digest[:8], "big") % (schedule.jitter_seconds + 1))


def patience(definition: Definition | None, nominal: datetime) -> timedelta:
    """How long a run may wait in the queue before it is skipped: half an hour, or half a schedule's period if longer."""
    if not isinstance(definition, Schedule):
        return SHORTEST_PATIENCE
    first, second = Cron(definition.cron, definition.timezone).upcoming(nominal - timedelta(seconds=1), 2)
    return max(SHORTEST_PATIENCE, (second - first) / 2)


def _missed(
    schedule: Schedule,
    at: datetime,
    floor: datetime,
    is_known: Callable[[datetime], bool],
    is_closed: Callable[[datetime], bool],
) -> Iterator[datetime]:
    """Times back from `at` until one that was asked for, newest first, at most ten; `at` itself counts."""
    cron, found = Cron(schedule.cron, schedule.timezone), 0
    for _ in range(LOOK_BACK):
        if at < floor or is_known(at) or found == MOST_CAUGHT_UP:
            return
        if occurs(schedule, at) and not is_closed(at):
            found += 1
            yield at
        at = cron.latest_at_or_before(at - timedelta(seconds=1))


def _timing(definition: Definition) -> tuple[object, ...]:
    if not isinstance(definition, Schedule):
        return (definition.kind, definition.enabled)
    return (
        definition.kind,
        definition.enabled,
        definition.cron,
        definition.timezone,
        definition.start_on,
        definition.end_on,
        definition.calendar,
    )


def _written(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
