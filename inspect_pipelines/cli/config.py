"""init, validate, plan, apply: a project's files, from the first line to the published definitions."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from inspect_pipelines.cli.capacity import limits_beyond
from inspect_pipelines.cli.changes import count, say_changes, say_settings
from inspect_pipelines.cli.output import print_json, say, style, user_name
from inspect_pipelines.cli.table import columns
from inspect_pipelines.config.project import Project, load_project
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.engine.instance import most_runs
from inspect_pipelines.errors import Refused
from resources.channels.registry import CHANNELS
from resources.clock import SystemClock

if TYPE_CHECKING:  # imported where they are used: `validate` needs neither ledger nor DuckDB
    from inspect_pipelines.domain.definition_change import DefinitionChange, FieldChange
    from inspect_pipelines.usecases.definitions.plan import Proposal

F = TypeVar("F", bound=Callable[..., Any])


def project_option(command: F) -> F:
    return click.option(
        "--project",
        "-C",
        "folder",
        type=click.Path(path_type=Path, file_okay=False),
        help="The folder of schedules.yaml (default: INSPECT_PROJECT, else here).",
    )(command)


@click.command()
@click.option("--url", default="https://example.com/", show_default=True, help="The page to watch.")
@click.option(
    "--id", "identifier", default="nightly", show_default=True, help="The schedule's and the playbook's id."
)
@project_option
def init(url: str, identifier: str, folder: Path | None) -> None:
    """Write a first schedules.yaml, playbook and organization.yaml.

    In a project that has a schedules.yaml: one more playbook, and the lines that schedule it. A file that is there is
    never overwritten.
    """
    from inspect_pipelines.config.schema import write_schemas
    from inspect_pipelines.config.starter import schedule_of, write_starter

    settings = Settings()
    root, home = folder or settings.project, settings.absolute_home()
    files = write_starter(root, home, identifier=identifier, url=url)
    write_schemas(home, CHANNELS)
    for file in files:
        say(f"wrote {root / file}")
    if "schedules.yaml" not in files:
        say(
            f"{root / 'schedules.yaml'} stays as it is; add under its `schedules:`\n\n{schedule_of(identifier)}\n"
        )
    say(f"next: inspect-pipelines validate; inspect-pipelines apply; inspect-pipelines run {identifier}")


@click.command()
@project_option
def validate(folder: Path | None) -> None:
    """Check every file; all errors at once, each with its place."""
    project = _load(folder)
    _say_warnings(project.warnings)
    schedules = sum(1 for definition in project.definitions if definition.kind == "schedule")
    counts = [
        count(schedules, "schedule"),
        count(len(project.definitions) - schedules, "trigger"),
        count(len(project.playbooks), "playbook"),
    ]
    warnings = f", {count(len(project.warnings), 'warning')}" if project.warnings else ""
    say(f"valid: {', '.join(counts)} in {count(len(project.files), 'file')}{warnings}")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@project_option
def plan(as_json: bool, folder: Path | None) -> None:
    """Show what `apply` would change, and the next fire times.

    Changes nothing.
    """
    from inspect_pipelines.usecases.definitions.apply import others, published_by_others
    from inspect_pipelines.usecases.definitions.plan import propose
    from inspect_pipelines.wiring import house

    project = _load(folder)
    home = house(Settings(), project.org_id)
    proposal = propose(
        home.ledger,
        project,
        now=home.clock.now(),
        published=published_by_others(home, project.org_id),
        others=others(home, project.org_id),
    )
    is_published = home.publication.read(project.org_id).digest == proposal.digest
    if as_json:
        print_json({**_proposal_json(proposal, project), "published": is_published})
        return
    _say_warnings(proposal.warnings)
    say_changes(proposal.changes)
    say_settings(proposal.settings)
    _say_fire_times(proposal, project)
    _say_cost(proposal, project)
    for clash in proposal.clashes:
        say(f"{style('refused', fg='red')} {clash}")
    if not proposal.changes and proposal.settings:
        say(f"plan: {count(len(proposal.settings), 'setting')} of organization.yaml to change")
    elif not proposal.changes:
        say(_nothing(proposal.unchanged, is_published))
    else:
        say(f"plan: {_summary(proposal.changes, done=False)}, {proposal.unchanged} unchanged")


@click.command()
@click.option("--yes", "-y", is_flag=True, help="Delete without asking what the files no longer hold.")
@click.option("--accept-cost", is_flag=True, help="Apply although the forecast goes over a budget.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; asks nothing.")
@project_option
def apply(yes: bool, accept_cost: bool, as_json: bool, folder: Path | None) -> None:
    """Store the definitions and publish them to Dagster.

    A second time changes nothing.
    """
    from inspect_pipelines.config.schema import write_schemas
    from inspect_pipelines.usecases.definitions.apply import apply as store
    from inspect_pipelines.usecases.definitions.plan import propose
    from inspect_pipelines.wiring import house

    project = _load(folder)
    home = house(Settings(), project.org_id)
    proposal = propose(home.ledger, project, now=home.clock.now())
    if not as_json:
        _say_warnings(proposal.warnings)
        say_changes(proposal.changes)
        say_settings(proposal.settings)
    if proposal.deletions and not yes:
        _confirm(proposal.deletions, can_ask=not as_json)
    gone = {change.definition.id for change in proposal.deletions}
    applied = store(home, project, by=f"user:{user_name()}", may_delete=gone, accept_cost=accept_cost)
    write_schemas(Settings().absolute_home(), CHANNELS)
    if as_json:
        changes = [_change_json(change) for change in applied.changes]
        settings = _fields_json(proposal.settings)
        print_json({"changes": changes, "organization": settings, "published": applied.is_published})
    elif applied.changes:
        say(f"applied: {_summary(applied.changes, done=True)}, {proposal.unchanged} unchanged")
    elif proposal.settings:
        say(f"applied: {count(len(proposal.settings), 'setting')} of organization.yaml changed")
    elif applied.is_published:
        say("nothing to change; published anew")
    else:
        say(_nothing(proposal.unchanged, is_published=True))


def _load(folder: Path | None) -> Project:
    project = load_project(folder or Settings().project, kinds=CHANNELS, now=SystemClock().now())
    return replace(
        project, warnings=(*project.warnings, *limits_beyond(most_runs(), project.organization.limits))
    )


def _confirm(deletions: tuple[DefinitionChange, ...], *, can_ask: bool) -> None:
    names = ", ".join(repr(str(change.definition.id)) for change in deletions)
    interactive = can_ask and sys.stdin.isatty()
    if not interactive or not click.confirm(f"delete {names}?", default=False):
        raise Refused(f"{names} would be deleted; nothing was changed: run it again with --yes to agree")


def _say_warnings(warnings: tuple[str, ...]) -> None:
    for warning in warnings:
        say(f"{style('warning', fg='yellow')} {warning}", err=True)


def _say_fire_times(proposal: Proposal, project: Project) -> None:
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


def _say_cost(proposal: Proposal, project: Project) -> None:
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


def _summary(changes: tuple[DefinitionChange, ...], *, done: bool) -> str:
    words = {"create": "created", "change": "changed", "delete": "deleted"}
    counts = {kind: sum(1 for change in changes if change.kind.value == kind) for kind in words}
    return ", ".join(
        f"{counts[kind]} {word}" if done else f"{counts[kind]} to {kind}" for kind, word in words.items()
    )


def _nothing(unchanged: int, is_published: bool) -> str:
    text = f"nothing to change: {count(unchanged, 'definition')} as applied"
    return text if is_published else f"{text}, but not published; run: inspect-pipelines apply"


def _proposal_json(proposal: Proposal, project: Project) -> dict[str, Any]:
    from zoneinfo import ZoneInfo

    zones = {d.id: d.timezone for d in project.definitions if d.kind == "schedule"}
    return {
        "changes": [_change_json(change) for change in proposal.changes],
        "organization": _fields_json(proposal.settings),
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


def _change_json(change: DefinitionChange) -> dict[str, Any]:
    return {
        "change": change.kind.value,
        "kind": change.definition.kind,
        "id": change.definition.id,
        "name": change.definition.name,
        "fields": _fields_json(change.fields),
        "runs": change.runs,
    }


def _fields_json(fields: tuple[FieldChange, ...]) -> list[dict[str, Any]]:
    return [{"path": field.path, "old": field.old, "new": field.new} for field in fields]
