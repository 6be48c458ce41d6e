"""init, validate, plan, apply: a project's files, from the first line to the published definitions."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from inspect_pipelines.cli.changes import count, say_changes, say_settings
from inspect_pipelines.cli.output import print_json, say, style
from inspect_pipelines.cli.proposal import say_cost, say_fire_times
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.errors import Refused
from inspect_pipelines.queries.proposal import AppliedSummary, ProposedChange
from resources.channels.registry import CHANNELS

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
@click.argument("address", metavar="[URL]", required=False)
@click.option("--url", default="https://example.com/", show_default=True, help="The page to watch, as URL.")
@click.option(
    "--id", "identifier", default="nightly", show_default=True, help="The schedule's and the playbook's id."
)
@click.option(
    "--crawl", "crawls", is_flag=True, help="Look round the site and propose its pages; asks first."
)
@click.option("--yes", "-y", is_flag=True, help="With --crawl: do not ask.")
@click.option("--dry-run", is_flag=True, help="With --crawl: write nothing.")
@click.option(
    "--pages",
    type=click.IntRange(1, 200),
    default=50,
    show_default=True,
    help="With --crawl: the most to open.",
)
@project_option
def init(
    address: str | None,
    url: str,
    identifier: str,
    crawls: bool,
    yes: bool,
    dry_run: bool,
    pages: int,
    folder: Path | None,
) -> None:
    """Write a first schedules.yaml, playbook and organization.yaml.

    In a project that has a schedules.yaml: one more playbook, and the lines that schedule it. A file that is there is
    never overwritten.

    With --crawl the playbook has one page of each template of the site, and masks for what differs by itself.
    """
    if crawls:
        from inspect_pipelines.cli.crawl import crawl

        crawl(address or url, identifier, most=pages, yes=yes, dry_run=dry_run, folder=folder)
        return
    url = address or url
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
    from inspect_pipelines.cli.desks.files import read_project

    project = read_project(folder or Settings().project)
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
    from inspect_pipelines.cli.desks.files import file_desk

    proposal = file_desk(folder, Settings()).plan()
    if as_json:
        print_json(proposal)
        return
    _say_warnings(proposal.warnings)
    say_changes(proposal.changes)
    say_settings(proposal.organization)
    say_fire_times(proposal)
    say_cost(proposal)
    for clash in proposal.clashes:
        say(f"{style('refused', fg='red')} {clash}")
    if not proposal.changes and proposal.organization:
        say(f"plan: {count(len(proposal.organization), 'setting')} of organization.yaml to change")
    elif not proposal.changes:
        say(_nothing(proposal.unchanged, proposal.published))
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
    from inspect_pipelines.cli.desks.files import file_desk

    ours = file_desk(folder, Settings())
    proposal = ours.plan()
    if not as_json:
        _say_warnings(proposal.warnings)
        say_changes(proposal.changes)
        say_settings(proposal.organization)
    if proposal.deletions and not yes:
        _confirm(proposal.deletions, can_ask=not as_json)
    gone = {DefinitionId(change.id) for change in proposal.deletions}
    done = ours.apply(may_delete=gone, accept_cost=accept_cost)
    if as_json:
        print_json(done)
        return
    _say_switched(done)
    if done.changes:
        say(f"applied: {_summary(done.changes, done=True)}, {done.unchanged} unchanged")
    elif done.organization:
        say(f"applied: {count(len(done.organization), 'setting')} of organization.yaml changed")
    elif done.published:
        say("nothing to change; published anew")
    else:
        say(_nothing(done.unchanged, is_published=True))


def _say_switched(done: AppliedSummary) -> None:
    for name in done.switched_on:
        say(f"{style('switched on', fg='green')} {name}: it was stopped in the Dagster UI")
    if done.problem:
        say(f"{style('warning', fg='yellow')} {done.problem}", err=True)


def _confirm(deletions: tuple[ProposedChange, ...], *, can_ask: bool) -> None:
    names = ", ".join(repr(change.id) for change in deletions)
    interactive = can_ask and sys.stdin.isatty()
    if not interactive or not click.confirm(f"delete {names}?", default=False):
        raise Refused(f"{names} would be deleted; nothing was changed: run it again with --yes to agree")


def _say_warnings(warnings: tuple[str, ...]) -> None:
    for warning in warnings:
        say(f"{style('warning', fg='yellow')} {warning}", err=True)


def _summary(changes: tuple[ProposedChange, ...], *, done: bool) -> str:
    words = {"create": "created", "change": "changed", "delete": "deleted"}
    counts = {kind: sum(1 for change in changes if change.change.value == kind) for kind in words}
    text = ", ".join(
        f"{counts[kind]} {word}" if done else f"{counts[kind]} to {kind}" for kind, word in words.items()
    )
    taken = sum(1 for change in changes if change.change.value == "take_over")
    return text + (f", {taken} {'taken over' if done else 'to take over'}" if taken else "")


def _nothing(unchanged: int, is_published: bool) -> str:
    text = f"nothing to change: {count(unchanged, 'definition')} as applied"
    return text if is_published else f"{text}, but not published; run: inspect-pipelines apply"
