"""Backfill: run past occurrences of a schedule, because a person asks for each of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.occurrence import LOOK_BACK, occurrences
from inspect_pipelines.domain.run import Run, RunStatus, cron_origin, request_origin
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.errors import UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.queries.definition import find_definition
from inspect_pipelines.usecases.runs import start

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
            raise UsageError(
                f"{definition_id!r} is a trigger, which has no times; start it with: inspect-pipelines run"
            )
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


def request_past(house: House, schedule: Schedule, at: datetime, *, by: str) -> Run:
    """The wish for one past occurrence; asking again finds the same run."""
    return start.request(house, schedule.id, {}, by=by, key=_key(schedule, at))


def _has_run(ledger: LedgerSession, schedule: Schedule, at: datetime) -> bool:
    for origin in (cron_origin(schedule.id, at), request_origin(_key(schedule, at))):
        run = ledger.runs.by_origin(origin)
        if run is not None and run.status not in (RunStatus.SKIPPED, RunStatus.PENDING):
            return True
    return False


def _key(schedule: Schedule, at: datetime) -> str:
    return f"backfill:{schedule.id}:{at:%Y-%m-%dT%H:%MZ}"
