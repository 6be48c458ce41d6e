"""Days on which a schedule does not fire."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from inspect_pipelines.errors import UsageError


@dataclass(frozen=True, slots=True)
class Days:
    """From one day to another, both included, on the clock of whoever asks."""

    first: date
    last: date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last


def day(text: str) -> date:
    """The day written as `2026-12-24`.

    Raises:
        UsageError: It is written otherwise, or no calendar has it.
    """
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is not a day; write '2026-12-24'") from error
    if found.isoformat() != text:  # fromisoformat also takes 20261224 and 2026-W52-4
        raise UsageError(f"{text!r} is not a day; write {found.isoformat()!r}")
    return found


def days(text: str) -> Days:
    """The days written as `2026-12-24` or `2026-12-24..2027-01-01`.

    Raises:
        UsageError: They are written otherwise, or end before they begin.
    """
    first, dots, last = text.partition("..")
    found = Days(day(first.strip()), day(last.strip() if dots else first.strip()))
    if found.last < found.first:
        raise UsageError(f"{text!r} ends before it begins")
    return found


def closed_through(calendar: Iterable[Days], wanted: date) -> date | None:
    """The last day of the longest entry that holds the day; None: none does."""
    return max((entry.last for entry in calendar if wanted in entry), default=None)
