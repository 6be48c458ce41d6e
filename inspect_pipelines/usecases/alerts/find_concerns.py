"""Find concerns: what the history and the drift ledger show by now that people should know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from inspect_pipelines.domain.concern import (
    LOOKED_BACK,
    Concern,
    Looks,
    drift_concerns,
    flake_concern,
    gaps,
    missing_concern,
    newest_day,
)
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.maintenance import Maintenance, under_maintenance
from inspect_pipelines.domain.occurrence import occurrences
from inspect_pipelines.domain.plan import RuleEvent
from inspect_pipelines.domain.run import cron_origin
from inspect_pipelines.domain.run_end import people_told
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.runs.check_admission import floor


def drifting(house: House) -> list[Concern]:
    """Views that come near the review that drift ends in; a set that definitions share is told by the first that tells anybody."""
    found: list[Concern] = []
    seen: set[str] = set()
    with house.ledger.read() as ledger:
        for definition in sorted(ledger.definitions.all(), key=_tells_nobody):
            name = definition.plan.baseline.set or definition.id
            if name not in seen and definition.enabled and not definition.plan.observe:
                seen.add(name)
                found += drift_concerns(definition.id, name, ledger.drift_tracks.of(name))
    return found


def _tells_nobody(definition: Definition) -> bool:
    return not people_told(definition, RuleEvent.ON_FAILURE)


def flaking(house: House) -> list[Concern]:
    """Definitions of which too many looks of the last seven days were flaky.

    Raises:
        NotFound: There is no history yet.
    """
    day = newest_day(house.clock.now())
    since = day - LOOKED_BACK
    rows = house.history.frame("daily_flakes", org_id=house.org_id, first=f"{since}", last=f"{day}")
    by_definition: dict[str, dict[date, Looks]] = {}
    for row in rows.itertuples():
        flakiest = row.flakiest if isinstance(row.flakiest, str) else ""
        looks = Looks(int(row.compared), int(row.flaky), flakiest)
        by_definition.setdefault(row.definition_id, {})[row.day.date()] = looks
    with house.ledger.read() as ledger:
        known = [one.id for one in ledger.definitions.all() if one.enabled and not one.plan.observe]
    found = (
        flake_concern(DefinitionId(name), by_definition[name], day=day, known_since=since)
        for name in known
        if name in by_definition
    )
    return [one for one in found if one is not None]


def missing(house: House) -> list[Concern]:
    """Times of the newest day that is over for which nobody ever asked for a run, though the schedule was to fire.

    Raises:
        NotFound: There is no history yet.
    """
    now = house.clock.now()
    day = newest_day(now)
    asked: dict[str, list[datetime]] = {}
    rows = house.history.frame("daily_times", org_id=house.org_id, day=f"{day}")
    for row in rows.itertuples():
        asked.setdefault(row.definition_id, []).append(datetime.fromtimestamp(row.at_ms / 1000, UTC))
    found: list[Concern] = []
    with house.ledger.read() as ledger:
        for one in ledger.definitions.all():
            if isinstance(one, Schedule) and one.enabled and not ledger.pauses.active(one.id, now):
                found += _missing_of(ledger, one, asked.get(one.id, []), day, now)
    return found


def _missing_of(
    ledger: LedgerSession, schedule: Schedule, asked: list[datetime], day: date, now: datetime
) -> Iterator[Concern]:
    begins = datetime.combine(day, time(), UTC)
    since, windows = floor(ledger, schedule, now), ledger.organizations.find().maintenance
    expected = [*_times(schedule, windows, max(since, begins), begins + timedelta(days=1))]
    ended = {*asked}
    absent = {
        at
        for at in expected
        if at not in ended and ledger.runs.by_origin(cron_origin(schedule.id, at)) is None
    }
    if not absent:
        return
    if earlier := [at for at in asked if at < begins]:
        since = max(since, max(earlier) + timedelta(seconds=1))
    first_after = next(_times(schedule, windows, since, begins), None)
    present = [at for at in expected if at not in absent]
    for gap in gaps(expected, present, first_after=first_after):
        yield missing_concern(schedule.id, gap, day=day)


def _times(
    schedule: Schedule, windows: Sequence[Maintenance], since: datetime, until: datetime
) -> Iterator[datetime]:
    """The schedule's own times from `since` on and before `until`, without those of maintenance."""
    for at in occurrences(schedule, since - timedelta(seconds=1)):
        if at >= until:
            return
        if under_maintenance(windows, schedule.id, at) is None:
            yield at
