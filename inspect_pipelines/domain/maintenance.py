"""Maintenance: a time in which nothing starts by itself, because somebody works on the site."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from inspect_pipelines.domain.cron import Cron
from inspect_pipelines.domain.ids import DefinitionId


@dataclass(frozen=True, slots=True)
class Maintenance:
    """Once, from `start` to `end`, or again and again: `minutes` from each time of `cron`."""

    reason: str
    start: datetime | None = None  # UTC
    end: datetime | None = None  # UTC, not included
    cron: str | None = None  # read in `timezone`
    timezone: str = "UTC"
    minutes: int = 0
    definitions: tuple[str, ...] = ()  # globs over ids; empty: all

    def holds(self, definition_id: DefinitionId, now: datetime) -> bool:
        if self.definitions and not any(fnmatchcase(definition_id, glob) for glob in self.definitions):
            return False
        if self.cron is not None:
            began = Cron(self.cron, self.timezone).latest_at_or_before(now)
            return now < began + timedelta(minutes=self.minutes)
        return self.start is not None and self.end is not None and self.start <= now < self.end

    def ends_after(self, now: datetime) -> datetime:
        """When the window that holds now ends, UTC."""
        if self.cron is not None:
            began = Cron(self.cron, self.timezone).latest_at_or_before(now)
            return began + timedelta(minutes=self.minutes)
        assert self.end is not None  # else it would not hold
        return self.end


def under_maintenance(
    windows: Iterable[Maintenance], definition_id: DefinitionId, now: datetime
) -> Maintenance | None:
    """The window that holds for the definition now; None: it may run."""
    return next((window for window in windows if window.holds(definition_id, now)), None)
