"""A trigger: an event with conditions, and the plan that it starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from inspect_pipelines.domain.ids import DefinitionId, OrgId
from inspect_pipelines.domain.plan import Plan
from inspect_pipelines.domain.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Trigger:
    id: DefinitionId
    org_id: OrgId
    name: str
    event: str  # normalised: `pull_request.merged`, `deployment.completed`, ..
    plan: Plan
    repo: str | None = None  # None: any repository of the organisation
    branches: tuple[str, ...] = ()  # globs; empty: any
    paths: tuple[str, ...] = ()  # globs with ** and !; empty: any
    environment: str | None = None
    enabled: bool = True
    kind: Literal["trigger"] = "trigger"


Definition = Schedule | Trigger
