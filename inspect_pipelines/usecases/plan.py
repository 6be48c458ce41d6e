"""Plan: what `apply` would do, and when each schedule fires next; changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.config.compiled import digest
from inspect_pipelines.config.project import Project
from inspect_pipelines.domain.change import Change, ChangeKind, changes_between
from inspect_pipelines.domain.cron import Cron
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.ports import Ledger

FIRE_TIMES = 5


@dataclass(frozen=True, slots=True)
class Proposal:
    changes: tuple[Change, ...]
    upcoming: Mapping[DefinitionId, tuple[datetime, ...]]  # UTC; of every enabled schedule
    warnings: tuple[str, ...]
    unchanged: int
    digest: str  # of the definitions as they will be

    @property
    def deletions(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.kind is ChangeKind.DELETE)


def propose(ledger: Ledger, project: Project, *, now: datetime) -> Proposal:
    """The difference between what is stored and what the project says.

    Args:
        ledger: Holds the definitions as last applied.
        project: Read and valid.
        now: From when fire times are counted.
    """
    with ledger.read() as stored:
        before = stored.definitions.all(project.org_id)
        runs = stored.runs.counts(project.org_id)
    changes = changes_between(before, project.definitions, runs)
    touched = sum(1 for change in changes if change.kind is not ChangeKind.DELETE)
    return Proposal(
        changes=changes,
        upcoming={
            definition.id: tuple(Cron(definition.cron, definition.timezone).upcoming(now, FIRE_TIMES))
            for definition in project.definitions
            if isinstance(definition, Schedule) and definition.enabled
        },
        warnings=project.warnings,
        unchanged=len(project.definitions) - touched,
        digest=digest(project.definitions),
    )
