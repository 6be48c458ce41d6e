"""Plan: what `apply` would do, and when each schedule fires next; changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from inspect_pipelines.config.project import Project
from inspect_pipelines.domain.budget import SAMPLE, minutes_of
from inspect_pipelines.domain.compiled import Compiled
from inspect_pipelines.domain.definition_change import (
    DefinitionChange,
    DefinitionChangeKind,
    FieldChange,
    changes_between,
    settings_between,
)
from inspect_pipelines.domain.forecast import MONTH, Forecast, forecast, overruns
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.naming import clashes
from inspect_pipelines.domain.occurrence import jitter, occurrences
from inspect_pipelines.domain.organization import Organization, taken_sources
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.ports.ledger import Ledger, LedgerSession
from inspect_pipelines.stored.compiled import digest
from inspect_pipelines.usecases.definitions.weigh import weigh

FIRE_TIMES = 5
LOOKED_AT = 200  # of a definition's last runs


@dataclass(frozen=True, slots=True)
class Proposal:
    changes: tuple[DefinitionChange, ...]
    upcoming: Mapping[DefinitionId, tuple[datetime, ...]]  # UTC; of every enabled schedule
    warnings: tuple[str, ...]
    unchanged: int
    digest: str  # of the definitions as they will be
    forecasts: Mapping[DefinitionId, Forecast] = field(default_factory=dict)
    overruns: tuple[str, ...] = ()  # budgets that the forecast goes over, one sentence each
    clashes: tuple[
        str, ...
    ] = ()  # names in Dagster and ids of sources that others have already, one sentence each
    settings: tuple[FieldChange, ...] = ()  # of organization.yaml
    jitters: Mapping[DefinitionId, timedelta] = field(default_factory=dict)  # of those that have one

    @property
    def deletions(self) -> tuple[DefinitionChange, ...]:
        return tuple(change for change in self.changes if change.kind is DefinitionChangeKind.DELETE)


def propose(
    ledger: Ledger,
    project: Project,
    *,
    now: datetime,
    published: Iterable[Compiled] = (),
    others: Iterable[Organization] = (),
) -> Proposal:
    """The difference between what is stored and what the project says.

    Args:
        ledger: The project's organisation's; holds the definitions as last applied.
        project: Read and valid.
        now: From when fire times are counted.
        published: What other organisations of the home have published.
        others: Those organisations.
    """
    with ledger.read() as stored:
        before = stored.definitions.all()
        weighed = weigh(project, before, stored.revisions.standing(), now=now)
        runs = stored.runs.counts()
        naming = stored.organizations.naming()
        organization = stored.organizations.find()
        forecasts = {each.id: forecast_of(stored, each, now) for each in weighed.definitions}
    changes = changes_between(before, weighed.definitions, runs, weighed.taken_over)
    touched = sum(1 for change in changes if change.kind is not DefinitionChangeKind.DELETE)
    return Proposal(
        changes=changes,
        upcoming={
            definition.id: tuple(islice(occurrences(definition, now), FIRE_TIMES))
            for definition in weighed.definitions
            if isinstance(definition, Schedule) and definition.enabled and definition.id in project.ids
        },
        warnings=(*project.warnings, *weighed.notes),
        unchanged=len(weighed.definitions) - touched,
        digest=digest(weighed.definitions),
        forecasts=forecasts,
        overruns=overruns(project.organization, weighed.definitions, forecasts),
        clashes=(
            *weighed.collisions,
            *clashes(
                naming,
                weighed.definitions,
                [(one.naming, one.definitions) for one in published if one.org_id != project.org_id],
            ),
            *taken_sources(organization, project.organization, others),
        ),
        settings=settings_between(organization, project.organization),
        jitters={
            definition.id: place
            for definition in project.definitions
            if isinstance(definition, Schedule) and (place := jitter(definition))
        },
    )


def forecast_of(ledger: LedgerSession, definition: Definition, now: datetime) -> Forecast:
    """What it will cost in a month, as its last runs say."""
    latest = ledger.runs.latest(definition_id=definition.id, limit=LOOKED_AT)
    ended = [minutes_of(run, now) for run in latest if run.claimed_at and run.completed_at]
    recent = sum(1 for run in latest if run.requested_at > now - MONTH)
    return forecast(definition, now=now, last_minutes=ended[:SAMPLE], last_month_runs=recent)
