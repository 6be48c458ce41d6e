"""How the console says times, durations and states."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from urllib.parse import urlencode

from markupsafe import Markup

from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.queries.duration import DAY, HOUR, MINUTE, short_duration
from inspect_pipelines.queries.report import STATUS_WORDS


def at(moment: datetime | None, zone: tzinfo = UTC) -> str:
    """`2026-11-28 02:00 UTC`; empty when there is none."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}" if moment else ""


def apart(seconds: float) -> str:
    """A distance in time in its largest unit: `12 s`, `5 min`, `3 h`, `9 d`."""
    found = abs(seconds)
    if found < MINUTE:
        return f"{found:.0f} s"
    if found < HOUR:
        return f"{found // MINUTE:.0f} min"
    return f"{found // HOUR:.0f} h" if found < 2 * DAY else f"{found // DAY:.0f} d"


def relative(moment: datetime, now: datetime) -> str:
    """`in 3 h`, `5 min ago`, `now`."""
    seconds = (moment - now).total_seconds()
    if abs(seconds) < 1:
        return "now"
    return f"in {apart(seconds)}" if seconds > 0 else f"{apart(seconds)} ago"


def took(seconds: float | None) -> str:
    """As `short_duration`; empty when unknown."""
    return "" if seconds is None else short_duration(seconds)


def when(moment: datetime | None, now: datetime, zone: tzinfo = UTC) -> Markup:
    """A time as people think of it, with the exact one for whoever points at it, and for programs."""
    if moment is None:
        return Markup("")
    exact = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        exact, at(moment, zone), relative(moment, now)
    )


def who(actor: str) -> str:
    """Whoever it is, without what kind of somebody that is."""
    return actor.removeprefix("user:")


def spaced(name: StrEnum | str) -> str:
    """A name of ours as words: `taken over`."""
    return str(name).replace("_", " ")


def count(number: int, one: str, many: str = "") -> str:
    """`1 run`, `2 runs`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def word(status: RunStatus | str) -> str:
    """`Needs review`."""
    return STATUS_WORDS[RunStatus(status)][0]


def tone(status: RunStatus | str) -> str:
    """The class of the colour that a status has."""
    return STATUS_WORDS[RunStatus(status)][1].value


def query(**parts: object) -> str:
    """A query of what is given, lists included; empty when nothing is."""
    given = {name: value for name, value in parts.items() if value not in (None, "", [], ())}
    return f"?{urlencode(given, doseq=True)}" if given else ""
