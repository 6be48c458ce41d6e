"""A schedule: a cron expression in a zone, and the plan that it starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from inspect_pipelines.domain.ids import DefinitionId, OrgId
from inspect_pipelines.domain.plan import Plan


@dataclass(frozen=True, slots=True)
class Schedule:
    id: DefinitionId
    org_id: OrgId
    name: str
    cron: str  # five fields, evaluated in `timezone`
    timezone: str  # IANA name
    plan: Plan
    enabled: bool = True
    kind: Literal["schedule"] = "schedule"
