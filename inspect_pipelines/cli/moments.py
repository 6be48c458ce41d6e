"""Times as people type them: `2h` ago or from now, a day, a minute in the machine's zone, or RFC 3339."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from inspect_pipelines.errors import UsageError

SPAN = re.compile(r"^(?P<number>[0-9]{1,4})(?P<unit>[smhdw])$")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
FORMS = (
    "a span like 90m, 2h, 3d or 1w, a day like 2026-11-22, or a time like 2026-11-22T14:00 (the machine's zone) "
    "or 2026-11-22T14:00Z"
)


def past(text: str, *, option: str, now: datetime) -> datetime:
    """That long ago, or at that time; UTC.

    Raises:
        UsageError: It is neither, or lies in the future.
    """
    moment = _read(text, option, now, sign=-1)
    if moment > now:
        raise UsageError(
            f"{option} {text!r} lies in the future ({moment:%Y-%m-%d %H:%M} UTC); name a time before now"
        )
    return moment


def future(text: str, *, option: str, now: datetime) -> datetime:
    """That long from now, or at that time; UTC.

    Raises:
        UsageError: It is neither, or is over.
    """
    moment = _read(text, option, now, sign=1)
    if moment <= now:
        raise UsageError(f"{option} {text!r} is over ({moment:%Y-%m-%d %H:%M} UTC); name a time after now")
    return moment


def _read(text: str, option: str, now: datetime, *, sign: int) -> datetime:
    if span := SPAN.match(text.strip()):
        length = timedelta(**{UNITS[span["unit"]]: int(span["number"])})
        return now + sign * length
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.astimezone(UTC)  # one without an offset means the machine's zone
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{option} {text!r} cannot be read; write {FORMS}") from error


def day_or_moment(text: str, *, what: str, zone: ZoneInfo, at: time) -> datetime:
    """A time with an offset as it is; a day, or a time without offset, in that zone; UTC.

    Args:
        text: As typed.
        what: How an error names it.
        zone: Whose clock is meant.
        at: The time of a day that is written without one.

    Raises:
        UsageError: It is neither.
    """
    typed = text.strip()
    try:
        moment = (
            datetime.combine(date.fromisoformat(typed), at)
            if len(typed) == 10
            else datetime.fromisoformat(typed)
        )
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"{what} {text!r} cannot be read; write a day like 2026-11-20 or a time like 2026-11-20T02:00Z"
        ) from error
