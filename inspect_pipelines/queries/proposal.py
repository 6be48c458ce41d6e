"""What `apply` would do, and did: the shapes that CLI, JSON and REST share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.definition_change import DefinitionChangeKind, FieldChange


@dataclass(frozen=True, slots=True)
class ProposedChange:
    """Of one definition."""

    change: DefinitionChangeKind
    kind: str  # schedule | trigger
    id: str
    name: str
    fields: tuple[FieldChange, ...]  # of a change
    runs: int  # of a deletion: how many runs stay behind in the history


@dataclass(frozen=True, slots=True)
class FireTime:
    utc: datetime
    local: str  # in the schedule's zone, with its offset


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a month, by the last runs."""

    runs: float
    minutes: float | None  # None: it never ran yet


@dataclass(frozen=True, slots=True)
class ProposalSummary:
    """What `apply` would do."""

    changes: tuple[ProposedChange, ...]
    organization: tuple[FieldChange, ...]  # settings of organization.yaml
    unchanged: int  # definitions
    next: Mapping[str, tuple[FireTime, ...]]  # of every enabled schedule
    warnings: tuple[str, ...]
    forecast: Mapping[str, Cost]
    over_budget: tuple[str, ...]  # a sentence each
    clashes: tuple[str, ...]  # why it would be refused, a sentence each
    timezones: Mapping[str, str]  # of the schedules
    jitter_seconds: Mapping[str, float]  # of those that have one: how much later they begin
    budgets: Mapping[str, int]  # minutes a month, of the definitions that have one
    budget: int | None  # of all together
    published: bool  # whether what is published says the same

    @property
    def deletions(self) -> tuple[ProposedChange, ...]:
        return tuple(one for one in self.changes if one.change is DefinitionChangeKind.DELETE)


@dataclass(frozen=True, slots=True)
class AppliedSummary:
    """What `apply` did."""

    changes: tuple[ProposedChange, ...]
    organization: tuple[FieldChange, ...]
    unchanged: int
    published: bool  # False: what is published said the same already
    switched_on: tuple[str, ...]  # what had been stopped in the Dagster UI
    problem: str  # why some of that stays so; empty: none does
