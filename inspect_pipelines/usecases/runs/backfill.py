"""Backfill: run past occurrences of a schedule, because a person asks for each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.occurrence import LOOK_BACK, occurrences
from inspect_pipelines.domain.run import Run, RunStatus, cron_origin, request_origin
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.errors import Refused, UsageError
from inspect_pipelines.ports.engine import Engine
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.queries.definition import find_definition
from inspect_pipelines.queries.past import PastTimes
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.run_now import run_now

MOST = 50  # runs a backfill; each opens a browser


@dataclass(frozen=True, slots=True)
class Past:
    """The occurrences of a span of time."""

    schedule: Schedule
    wanted: tuple[datetime, ...]  # UTC, oldest first; to be run
    done: tuple[datetime, ...]  # UTC; ran, or were backfilled, before


def past_of(house: House, definition_id: DefinitionId, first: datetime, last: datetime) -> Past:
    """What there is to run between two times, both included.

    Raises:
        NotFound: There is no such schedule.
        UsageError: It is a trigger, the span is none or has no occurrence, or more than 50 would run.
    """
    if last < first:
        raise UsageError(
            f"from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC is no span: it ends before it begins"
        )
    with house.ledger.read() as ledger:
        schedule = find_definition(house, ledger, definition_id)
        if not isinstance(schedule, Schedule):
            raise no_times(definition_id)
        times: list[datetime] = []
        for at in occurrences(schedule, first - timedelta(microseconds=1)):
            if at > last or len(times) == LOOK_BACK:
                break
            times.append(at)
        ran = {at for at in times if _has_run(ledger, schedule, at)}
    if not times:
        raise UsageError(
            f"{definition_id!r} has no time between {first:%Y-%m-%d %H:%M} and {last:%Y-%m-%d %H:%M} UTC; "
            f"its cron is {schedule.cron!r} in {schedule.timezone}"
        )
    wanted = tuple(at for at in times if at not in ran)
    if len(wanted) > MOST:
        raise UsageError(
            f"{len(wanted)} occurrences of {definition_id!r} would run, and {MOST} are the most at a time; "
            f"name a shorter span, for example until {wanted[MOST - 1]:%Y-%m-%dT%H:%MZ}"
        )
    return Past(schedule, wanted, tuple(at for at in times if at in ran))


def no_times(definition_id: str) -> UsageError:
    """Says that a trigger cannot be backfilled."""
    return UsageError(
        f"{definition_id!r} is a trigger, which has no times; start it with: inspect-pipelines run"
    )


def past_times(house: House, definition_id: DefinitionId, first: datetime, last: datetime) -> PastTimes:
    """The same for whoever only reads; raises as `past_of`."""
    found = past_of(house, definition_id, first, last)
    return PastTimes(found.schedule.id, found.schedule.timezone, found.wanted, found.done)


def request_past(house: House, definition_id: DefinitionId, at: datetime, *, by: str) -> Run:
    """The wish for one past occurrence; asking again finds the same run."""
    return start.request(house, definition_id, {}, by=by, key=_key(definition_id, at))


def run_past(
    house: House, engine: Callable[[], Engine | None], definition_id: DefinitionId, at: datetime, *, by: str
) -> Run:
    """One past occurrence, under way; asking again finds the same run, and starts nothing.

    Args:
        house: Ports.
        engine: Whoever executes runs now; None: nobody is up.
        definition_id: A schedule.
        at: UTC; one of its times.
        by: Who asks.

    Raises:
        NotFound: There is no such schedule.
        UsageError: It is a trigger, or the time is none of its times, or not over.
        Refused: It ran by itself then.
        Unavailable: Nobody executes runs; nothing was stored.
    """
    if at > house.clock.now():
        raise UsageError(f"{at:%Y-%m-%d %H:%M} UTC lies in the future; only what is past can be run again")
    found = past_of(house, definition_id, at, at)
    key = _key(definition_id, at)
    with house.ledger.read() as ledger:
        is_asked_for = ledger.runs.by_origin(request_origin(key)) is not None
    if found.done and not is_asked_for:
        raise Refused(f"{definition_id!r} has run for {at:%Y-%m-%d %H:%M} UTC already")
    return run_now(house, engine, definition_id, {}, by=by, key=key)


def _has_run(ledger: LedgerSession, schedule: Schedule, at: datetime) -> bool:
    for origin in (cron_origin(schedule.id, at), request_origin(_key(schedule.id, at))):
        run = ledger.runs.by_origin(origin)
        if run is not None and run.status not in (RunStatus.SKIPPED, RunStatus.PENDING):
            return True
    return False


def _key(definition_id: DefinitionId, at: datetime) -> str:
    return f"backfill:{definition_id}:{at:%Y-%m-%dT%H:%MZ}"
