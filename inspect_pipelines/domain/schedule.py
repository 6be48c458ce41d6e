"""A schedule: a cron expression in a zone, and the plan that it starts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from inspect_pipelines.domain.calendar import Days
from inspect_pipelines.domain.ids import DefinitionId, OrgId
from inspect_pipelines.domain.plan import Plan


class CatchUp(StrEnum):
    """What happens to the times that passed while nothing was there to fire them."""

    LATEST = "latest"  # the newest one runs, when it is not older than an hour
    NONE = "none"
    ALL = "all"  # the newest ten run


@dataclass(frozen=True, slots=True)
class Schedule:
    id: DefinitionId
    org_id: OrgId
    name: str
    cron: str  # five fields, evaluated in `timezone`
    timezone: str  # IANA name
    plan: Plan
    enabled: bool = True
    catch_up: CatchUp = CatchUp.LATEST
    start_on: date | None = None  # the first day in `timezone` on which it fires; None: at once
    end_on: date | None = None  # the last such day; None: never
    calendar: tuple[Days, ...] = ()  # days in `timezone` on which it does not fire
    jitter_seconds: int = 0  # 0-30; spreads the schedules of a crowded minute, each by its own constant
    kind: Literal["schedule"] = "schedule"
