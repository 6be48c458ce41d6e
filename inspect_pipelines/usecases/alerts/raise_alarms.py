"""Alarm: tell people once when a schedule's time came and nobody asked for its run; works when the daemon is dead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.absence import BLIND_GRACE, GRACE, Absence, absence_of, absence_origin
from inspect_pipelines.domain.cron import Cron
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.maintenance import under_maintenance
from inspect_pipelines.domain.occurrence import occurrences
from inspect_pipelines.domain.run import Run, RunStatus, cron_origin, nominal_time
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.ports.engine import Ticker, TickerState
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.runs.check_admission import floor, not_now
from inspect_pipelines.usecases.runs.conclude import record_end

ASKED_ABOUT = 3  # missed times of a schedule that Dagster is asked about, the newest


@dataclass(frozen=True, slots=True)
class Alarm:
    """One look at all schedules."""

    absences: tuple[Absence, ...]  # that hold now
    raised: tuple[Run, ...]  # the runs that stand for those which nobody was told of before
    problem: str  # what to tell who asks whether all is well; empty when it is


def alarm(house: House, ticker: Ticker, *, watching_since: datetime) -> Alarm:
    """Find schedules whose time passed without a run, and store one concluded run with its messages for each outage.

    That run is an `error` of ours with an origin of its own: people find it where they look for runs, and a tick that
    Dagster catches up later still finds its own origin free.

    Args:
        house: Ports.
        ticker: Asked only when the ledger misses something: which schedules are switched off there, what it has asked
            for already and still holds in its queue.
        watching_since: UTC; since when somebody watches, so that a start is no outage.
    """
    now = house.clock.now()
    with house.ledger.read() as ledger:
        naming = ledger.organizations.naming()
        suspects = [*_suspects(house, ledger, now, watching_since)]
        is_busy = bool(suspects) and bool(ledger.runs.open())
        told = {
            one.schedule.id
            for one in suspects
            if ledger.runs.by_origin(absence_origin(one.schedule.id, one.first))
        }
    if not suspects:
        return Alarm((), (), "")
    state = ticker.look(
        naming,
        [suspect.schedule.id for suspect in suspects],
        [origin for one in suspects if one.schedule.id not in told for origin in _origins(one)],
    )
    absences = tuple(one for one in suspects if _is_absent(one, state, is_busy, now))
    raised = [_raised(house, one, state, now) for one in absences]
    return Alarm(
        absences,
        tuple(run for run in raised if run is not None),
        "; ".join(f"{one.schedule.id!r}: {_sentence(one, state)}" for one in absences),
    )


def _suspects(
    house: House, ledger: LedgerSession, now: datetime, watching_since: datetime
) -> Iterator[Absence]:
    for definition in ledger.definitions.all():
        if not isinstance(definition, Schedule) or _is_up_to_date(ledger, definition, now):
            continue
        if not_now(ledger, definition, now):
            continue
        found = absence_of(
            definition, _expected(ledger, definition, now), now=now, watching_since=watching_since
        )
        if found is not None:
            yield found


def _is_up_to_date(ledger: LedgerSession, schedule: Schedule, now: datetime) -> bool:
    """Whether its newest time was asked for; one look into the ledger, as there may be hundreds of schedules."""
    last = _last_asked_for(ledger, schedule)
    return last is not None and last >= Cron(schedule.cron, schedule.timezone).latest_at_or_before(
        now - GRACE
    )


def _last_asked_for(ledger: LedgerSession, schedule: Schedule) -> datetime | None:
    newest = ledger.runs.newest_origin(f"cron:{schedule.id}:")
    return nominal_time(newest.origin) if newest else None


def _expected(ledger: LedgerSession, schedule: Schedule, now: datetime) -> Iterator[datetime]:
    """The schedule's times after the newest one that was asked for, without those of maintenance."""
    since = floor(ledger, schedule, now)
    last = _last_asked_for(ledger, schedule)
    windows = ledger.organizations.find().maintenance
    for at in occurrences(schedule, since if last is None else max(since, last)):
        if under_maintenance(windows, schedule.id, at) is None:
            yield at


def _origins(absence: Absence) -> list[str]:
    return [cron_origin(absence.schedule.id, at) for at in absence.times[-ASKED_ABOUT:]]


def _is_absent(absence: Absence, state: TickerState | None, is_busy: bool, now: datetime) -> bool:
    if state is None:  # nobody to ask; the queue may hold it as long as something runs
        return not is_busy or now - absence.first >= BLIND_GRACE
    if absence.schedule.id in state.stopped:
        return True  # who wants it to rest pauses it; a switch may have been turned by a slip, or by somebody else
    started_at = state.started_at.get(absence.schedule.id)
    if started_at is not None and absence.times[-1] < started_at:
        return False  # it was switched off in the UI when its time came
    return not any(origin in state.requested for origin in _origins(absence))


def _sentence(absence: Absence, state: TickerState | None) -> str:
    is_stopped = state is not None and absence.schedule.id in state.stopped
    return absence.sentence(is_dagster_asked=state is not None, is_stopped=is_stopped)


def _raised(house: House, absence: Absence, state: TickerState | None, now: datetime) -> Run | None:
    """The stored run; None when this outage has one already."""
    schedule = absence.schedule
    wanted = Run(
        id=RunId(house.clock.new_id()),
        org_id=schedule.org_id,
        origin=absence_origin(schedule.id, absence.first),
        definition_id=schedule.id,
        definition_kind=schedule.kind,
        nominal_at=absence.first,
        requested_at=now,
        timeout_minutes=schedule.plan.timeout_minutes,
        requested_by="alarm",
    )
    with house.ledger.write() as ledger:
        last = _last_asked_for(ledger, schedule)
        if last is not None and last >= absence.first:
            return None  # it came while we asked
        if ledger.runs.request(wanted).id != wanted.id:
            return None
        ended = wanted.concluded(RunStatus.ERROR, _sentence(absence, state), now=now)
        record_end(ledger, ended, schedule, at=now, kinds=house.kinds)
        return ended
