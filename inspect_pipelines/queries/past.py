"""Past times of a schedule: what a backfill would run, and what has run already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.ids import DefinitionId


@dataclass(frozen=True, slots=True)
class PastTimes:
    id: DefinitionId
    timezone: str  # in which a person reads them
    wanted: tuple[datetime, ...]  # UTC, oldest first
    done: tuple[datetime, ...]  # UTC; ran, or were backfilled, before
