"""What `plan` and `apply` show of a proposal: next times, cost, and all of it as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspect_pipelines.cli.output import say, style
from inspect_pipelines.cli.table import columns
from inspect_pipelines.config.project import Project

if TYPE_CHECKING:  # they bring the ledger, which `validate` does not need
    from inspect_pipelines.domain.definition_change import DefinitionChange, FieldChange
    from inspect_pipelines.usecases.definitions.plan import Proposal


def say_fire_times(proposal: Proposal, project: Project) -> None:
    """Of what is new or changed; when nothing is, the next time of each."""
    from zoneinfo import ZoneInfo

    touched = {change.definition.id for change in proposal.changes}
    zones = {d.id: d.timezone for d in project.definitions if d.kind == "schedule"}
    shown = {name: times for name, times in proposal.upcoming.items() if name in touched}
    if not touched:
        shown = {name: times[:1] for name, times in proposal.upcoming.items()}
    rows = []
    for name, times in shown.items():
        for number, at in enumerate(times):
            local = at.astimezone(ZoneInfo(zones[name]))
            place = proposal.jitters.get(name)
            spread = f"  (begins {place.seconds} s later: jitter_seconds)" if place and number == 0 else ""
            when = f"{local:%a %Y-%m-%d %H:%M} {zones[name]}  =  {at:%Y-%m-%d %H:%M} UTC{spread}"
            rows.append(["" if number else name, when])
    for line in columns(rows):
        say(f"  {line}")
    if shown:
        say()


def say_cost(proposal: Proposal, project: Project) -> None:
    """The forecast, where somebody set a budget."""
    budgets = {d.id: d.plan.budget_minutes for d in project.definitions if d.plan.budget_minutes is not None}
    whole = project.organization.budget
    shown = [d.id for d in project.definitions if whole is not None or d.id in budgets]
    rows = []
    for name in shown:
        forecast = proposal.forecasts[name]
        cost = "never ran yet" if forecast.minutes is None else f"{forecast.minutes:.0f} run-minutes"
        budget = f", budget {budgets[name]}" if name in budgets else ""
        rows.append([name, f"about {forecast.runs:.0f} runs a month: {cost}{budget}"])
    for line in columns(rows):
        say(f"  {line}")
    if whole is not None:
        known = sum(each.minutes or 0.0 for each in proposal.forecasts.values())
        say(f"  together about {known:.0f} run-minutes a month, budget {whole.minutes_per_month}")
    for overrun in proposal.overruns:
        say(f"{style('over budget', fg='red')} {overrun}")
    if shown:
        say()


def proposal_json(proposal: Proposal, project: Project) -> dict[str, Any]:
    from zoneinfo import ZoneInfo

    zones = {d.id: d.timezone for d in project.definitions if d.kind == "schedule"}
    return {
        "changes": [change_json(change) for change in proposal.changes],
        "organization": fields_json(proposal.settings),
        "unchanged": proposal.unchanged,
        "next": {
            name: [
                {"utc": f"{at:%Y-%m-%dT%H:%M:%SZ}", "local": at.astimezone(ZoneInfo(zones[name])).isoformat()}
                for at in times
            ]
            for name, times in proposal.upcoming.items()
        },
        "warnings": list(proposal.warnings),
        "forecast": {
            name: {"runs": round(each.runs, 1), "minutes": each.minutes}
            for name, each in proposal.forecasts.items()
        },
        "over_budget": list(proposal.overruns),
        "clashes": list(proposal.clashes),
    }


def change_json(change: DefinitionChange) -> dict[str, Any]:
    return {
        "change": change.kind.value,
        "kind": change.definition.kind,
        "id": change.definition.id,
        "name": change.definition.name,
        "fields": fields_json(change.fields),
        "runs": change.runs,
    }


def fields_json(fields: tuple[FieldChange, ...]) -> list[dict[str, Any]]:
    return [{"path": field.path, "old": field.old, "new": field.new} for field in fields]
