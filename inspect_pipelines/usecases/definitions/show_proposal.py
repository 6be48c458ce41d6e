"""Show a proposal, and what became of it, in the shapes that everybody is shown."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from inspect_pipelines.config.project import Project
from inspect_pipelines.domain.definition_change import DefinitionChange
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.proposal import AppliedSummary, Cost, FireTime, ProposalSummary, ProposedChange
from inspect_pipelines.usecases.definitions.apply import Applied, others, published_by_others
from inspect_pipelines.usecases.definitions.plan import Proposal, propose
from inspect_pipelines.usecases.definitions.switch_on import SwitchedOn


def proposed(house: House, project: Project) -> Proposal:
    """What `apply` would do in this home, where others have names and sources of theirs."""
    return propose(
        house.ledgers.of(project.org_id),
        project,
        now=house.clock.now(),
        published=published_by_others(house, project.org_id),
        others=others(house, project.org_id),
    )


def show_proposal(house: House, project: Project, proposal: Proposal) -> ProposalSummary:
    """All of a proposal."""
    zones = {str(one.id): one.timezone for one in project.definitions if isinstance(one, Schedule)}
    budget = project.organization.budget
    return ProposalSummary(
        changes=_changes(proposal.changes),
        organization=proposal.settings,
        unchanged=proposal.unchanged,
        next={
            name: tuple(FireTime(at, at.astimezone(ZoneInfo(zones[name])).isoformat()) for at in times)
            for name, times in proposal.upcoming.items()
        },
        warnings=proposal.warnings,
        forecast={name: Cost(round(each.runs, 1), each.minutes) for name, each in proposal.forecasts.items()},
        over_budget=proposal.overruns,
        clashes=proposal.clashes,
        timezones=zones,
        jitter_seconds={name: place.total_seconds() for name, place in proposal.jitters.items()},
        budgets={
            one.id: one.plan.budget_minutes
            for one in project.definitions
            if one.plan.budget_minutes is not None
        },
        budget=budget.minutes_per_month if budget else None,
        published=house.publication.read(project.org_id).digest == proposal.digest,
    )


def show_applied(proposal: Proposal, applied: Applied, switched: SwitchedOn | None) -> AppliedSummary:
    """What became of a proposal.

    Args:
        proposal: As it was before.
        applied: What was done.
        switched: What was switched on again; None: nobody ticks now.
    """
    return AppliedSummary(
        changes=_changes(applied.changes),
        organization=proposal.settings,
        unchanged=proposal.unchanged,
        published=applied.is_published,
        switched_on=switched.names if switched else (),
        problem=switched.problem if switched else "",
    )


def _changes(changes: Iterable[DefinitionChange]) -> tuple[ProposedChange, ...]:
    return tuple(
        ProposedChange(
            one.kind, one.definition.kind, one.definition.id, one.definition.name, one.fields, one.runs
        )
        for one in changes
    )
