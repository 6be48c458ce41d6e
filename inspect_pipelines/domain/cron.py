"""Cron in a time zone: when a schedule fires, also on the days when clocks change.

The rule is Dagster's, because Dagster's daemon does the firing: a local time that is skipped fires at the first minute
that exists again, one that comes twice fires the second time. An expression whose hour is `*` goes on once an hour:
nothing for skipped times, both times for doubled ones.

Dagster holds to that rule for changes by whole hours between 01:00 and 03:59, as nearly every zone has them. Its answers
for the others (Santiago, Havana, Beirut, Cairo, Azores, Casablanca, Chatham, Troll) are followed too, so that what we
expect is what will fire. One is not: hourly expressions on Lord Howe, where Dagster's answer depends on today's date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice, pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from croniter import CroniterBadDateError, croniter

from inspect_pipelines.errors import UsageError

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)  # no zone has ever moved its clock by more
DAGSTER_DST_HOURS = (1, 2, 3)  # the only hours in which Dagster's simple expressions look for clock changes
SOME_DAY = datetime(2024, 1, 1)  # noqa: DTZ001 - cron fields are matched on the local clock, which has no zone
LAST_SURE_DAY = 28  # Dagster walks monthly expressions up to this day itself, later ones with croniter
FIELDS = (
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day of month", 1, 31),
    ("month", 1, 12),
    ("day of week", 0, 7),
)
# croniter knows more than Dagster does: H and R, which mean another time in each process, and W
NOT_DAGSTERS = re.compile(r"(?<![A-Za-z])[HhRrWw](?![A-Za-z])")
# files of the zone database that are no places: leap seconds counted, this machine's own, a placeholder, a template
NO_ZONES = ("right/", "posix/")
NO_ZONE = ("localtime", "Factory", "posixrules")
STEP = re.compile(r"(?P<range>\*|\d+-\d+)/(?P<step>\d+)")
ALIASES = ("@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually")


@dataclass(frozen=True, slots=True)
class Cron:
    """Five fields (or an alias such as `@daily`) and an IANA zone; both are checked when it is made.

    Raises:
        UsageError: The expression is no cron, or names a day that never comes, or the zone is unknown.
    """

    expression: str
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        zone(self.timezone)
        expanded(self.expression)

    def next_after(self, moment: datetime) -> datetime:
        """The first fire time later than this one, UTC."""
        kept = _last_asked(self)
        if kept and kept[0] <= moment < kept[1]:
            return kept[1]
        found = next(self._after(moment))
        kept[:] = moment, found
        return found

    def upcoming(self, moment: datetime, count: int) -> list[datetime]:
        """The next fire times after this one, UTC."""
        return list(islice(self._after(moment), count))

    def latest_at_or_before(self, moment: datetime) -> datetime:
        """The newest fire time that is not later than this one, UTC."""
        local = moment.astimezone(zone(self.timezone)).replace(tzinfo=None, second=0, microsecond=0)
        walk = croniter(self.expression, local + self._slack(moment) + MINUTE)
        best: datetime | None = None
        while True:
            fired = self._instants(walk.get_prev(datetime))
            if best is not None and fired and fired[-1] <= best:
                return best
            best = max([at for at in fired if at <= moment] + ([best] if best else []), default=None)

    def dst_notes(self, moment: datetime, horizon: timedelta) -> list[str]:
        """One sentence for each clock change in that time that moves a fire time; none for hourly expressions."""
        here = zone(self.timezone)
        if self._is_hourly():
            return []
        notes = []
        for change in _clock_changes(here, moment.astimezone(UTC).date().toordinal(), horizon.days + 1):
            before, after = _offset(change - MINUTE, here), _offset(change, here)
            if not moment <= change <= moment + horizon:
                continue
            start = change.replace(tzinfo=None) + min(before, after)
            for local in _between(self.expression, start, start + abs(after - before)):
                fires = self._instants(local)[0].astimezone(here)
                what = "does not exist" if after > before else "comes twice"
                how = f"at {fires:%H:%M}" if after > before else f"the second time, at {fires:%H:%M %Z}"
                notes.append(f"{local:%H:%M} {what} in {self.timezone} on {local:%Y-%m-%d}; it runs {how}")
                break
        return notes

    def step_notes(self) -> list[str]:
        """One sentence for each step that says more than it does: `*/90` starts anew with each hour."""
        notes = []
        for written, (name, low, high) in zip(self.expression.split(), FIELDS, strict=False):
            for match in STEP.finditer(written):
                first, _, last = match["range"].partition("-")
                begin, end = (low, high) if first == "*" else (int(first), int(last))
                step, size = int(match["step"]), end - begin + 1
                if step * 2 > size:  # it fires once or twice, and not so far apart
                    values = " and ".join(str(value) for value in range(begin, end + 1, step))
                    notes.append(
                        f"{match[0]!r} does not mean every {step}: it begins anew with each round of {low}-{high}, "
                        f"so it fires at {name} {values}"
                    )
        return notes

    def _after(self, moment: datetime) -> Iterator[datetime]:
        local = moment.astimezone(zone(self.timezone)).replace(tzinfo=None)
        walk = croniter(self.expression, local - self._slack(moment))
        last = moment.astimezone(UTC)
        waiting: list[datetime] = []
        while True:
            fired = self._instants(walk.get_next(datetime))
            if not fired:
                continue
            # The earliest instants of later local times never come before this one's: all up to it are settled.
            for at in [at for at in waiting if at < fired[0]]:
                yield at
                last = at
            waiting = sorted({at for at in waiting + fired if at > last})
            if len(waiting) == 1 and len(fired) == 1:
                last = waiting.pop()
                yield last

    def _slack(self, moment: datetime) -> timedelta:
        """How far a fire time's place on the local clock may be from where the clock stands when it fires."""
        here = zone(self.timezone)
        offsets = [_offset(at, here) for at in (moment - DAY, moment, moment + DAY)]
        moved = max(offsets) - min(offsets)
        return moved + HOUR if moved else moved

    def _instants(self, local: datetime) -> list[datetime]:
        """When a local time of the expression fires, UTC, in order."""
        here = zone(self.timezone)
        first, second = _offsets(local, here)
        if first == second:
            return [_utc(local, first)]
        if self._is_hourly():
            return [] if first < second else [_utc(local, first), _utc(local, second)]
        if first < second and local.hour in DAGSTER_DST_HOURS:
            local = local.replace(minute=0) + ((local + HOUR).replace(tzinfo=here).dst() or timedelta(0))
            first, landed_second = _offsets(local, here)
            return [_utc(local, landed_second if self._is_simple() else first)]
        if first < second or (self._is_simple() and local.hour not in DAGSTER_DST_HOURS):
            return [_utc(local, first)]
        return [_utc(local, second)]

    def _is_hourly(self) -> bool:
        return expanded(self.expression)[1] == ["*"]

    def _is_simple(self) -> bool:
        """Whether Dagster walks the expression itself: one time a day, every day, on weekdays or on a day of the month."""
        minutes, hours, days, months, weekdays = expanded(self.expression)
        if len(minutes) > 1 or len(hours) > 1 or "*" in (*minutes, *hours) or months != ["*"]:
            return False
        if days == ["*"]:
            return all(isinstance(day, int) for day in weekdays) or weekdays == ["*"]
        return weekdays == ["*"] and len(days) == 1 and isinstance(days[0], int) and days[0] <= LAST_SURE_DAY


@lru_cache(maxsize=4096)
def _last_asked(cron: Cron) -> list[datetime]:
    """When it was asked last, and what came next then: until that has come, it is the answer; a walk takes half a millisecond."""
    return []


def zone(name: str) -> ZoneInfo:
    """The IANA zone of that name.

    Raises:
        UsageError: There is none.
    """
    if not is_zone_name(name):
        raise UsageError(f"{name!r} is not an IANA time zone")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: the name of a folder, "America"
        raise UsageError(f"{name!r} is not an IANA time zone") from error


def is_zone_name(name: str) -> bool:
    """False for files of a machine's zone database that mean another time elsewhere, or none."""
    return not name.startswith(NO_ZONES) and name not in NO_ZONE


@lru_cache(maxsize=4096)
def expanded(expression: str) -> list[list[int | str]]:
    """The five fields' values.

    Raises:
        UsageError: The expression is no cron, or names a day that never comes.
    """
    if reason := _why_not(expression):
        raise UsageError(f"{expression!r} is not a cron expression: {reason}")
    fields: list[list[int | str]] = croniter.expand(expression)[0]
    return fields


def _why_not(expression: str) -> str | None:
    fields = expression.split()
    if expression.startswith("@"):
        return None if expression in ALIASES else f"the aliases are {', '.join(ALIASES)}"
    if len(fields) != len(FIELDS):
        names = ", ".join(name for name, _, _ in FIELDS)
        return f"it needs five fields ({names}), found {len(fields)}"
    for field, (name, low, high) in zip(fields, FIELDS, strict=True):
        numbers = [int(number) for number in re.findall(r"(?<![\w/#])\d+", field)]
        if wrong := [number for number in numbers if not low <= number <= high]:
            return f"{name} must be {low}-{high}, found {wrong[0]}"
    if NOT_DAGSTERS.search(expression) or not croniter.is_valid(expression):
        return _unreadable_field(fields)
    try:
        croniter(expression, SOME_DAY).get_next(datetime)
    except CroniterBadDateError:
        return f"no year has a day {fields[2]} in month {fields[3]}"
    return None


def _unreadable_field(fields: list[str]) -> str:
    alone = [["*"] * at + [field] + ["*"] * (len(FIELDS) - at - 1) for at, field in enumerate(fields)]
    wrong = (
        f"{name} {field!r} cannot be read"
        for (name, _, _), field, expression in zip(FIELDS, fields, alone, strict=True)
        if NOT_DAGSTERS.search(field) or not croniter.is_valid(" ".join(expression))
    )
    return next(wrong, "its fields do not go together")


def _utc(local: datetime, offset: timedelta) -> datetime:
    return (local - offset).replace(tzinfo=UTC)


def _offsets(local: datetime, here: ZoneInfo) -> tuple[timedelta, timedelta]:
    """The offsets of a local time read as the first and as the second of its kind; first < second: it is skipped."""
    first, second = (local.replace(tzinfo=here, fold=fold).utcoffset() or timedelta(0) for fold in (0, 1))
    return first, second


def _offset(moment: datetime, here: ZoneInfo) -> timedelta:
    return moment.astimezone(here).utcoffset() or timedelta(0)


@lru_cache(maxsize=256)
def _clock_changes(here: ZoneInfo, first_day: int, days: int) -> tuple[datetime, ...]:
    """The instants, UTC, at which a zone's clock moves within those days."""
    midnight = datetime.fromordinal(first_day).replace(tzinfo=UTC)
    edges = [midnight + DAY * number for number in range(days + 1)]
    return tuple(
        _change_between(early, late, here)
        for early, late in pairwise(edges)
        if _offset(early, here) != _offset(late, here)
    )


def _change_between(early: datetime, late: datetime, here: ZoneInfo) -> datetime:
    """The first second, UTC, after `early` that has the offset of `late`."""
    low, high = int(early.timestamp()), int(late.timestamp())
    after = _offset(late, here)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (
            (low, middle) if _offset(datetime.fromtimestamp(middle, UTC), here) == after else (middle, high)
        )
    return datetime.fromtimestamp(high, UTC)


def _between(expression: str, start: datetime, end: datetime) -> Iterator[datetime]:
    """The expression's local times in [start, end)."""
    walk = croniter(expression, start - MINUTE)
    while (local := walk.get_next(datetime)) < end:
        yield local
