"""`triggers list|show|test`: what events start, what came of them, and what would come of one."""

from __future__ import annotations

from pathlib import Path

import click

from inspect_pipelines.cli.choice import desk
from inspect_pipelines.cli.desks.definitions import DefinitionDesk, DefinitionsHere, DefinitionsThere
from inspect_pipelines.cli.group import Group
from inspect_pipelines.cli.output import (
    coloured,
    local_time,
    print_json,
    printable,
    say,
    strip,
    terminal_width,
)
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.errors import UsageError

MOST_PAYLOAD_BYTES = 25_000_000


@click.group(cls=Group)
def triggers() -> None:
    """List triggers, show what came of events, and try one out."""


@triggers.command("list")
@click.option("--tag", metavar="TAG", help="Only those that have this tag.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(tag: str | None, as_json: bool) -> None:
    """List triggers: event, conditions, last runs."""
    found = [one for one in _desk().triggers() if tag is None or tag in one.summary.tags]
    if as_json:
        print_json(found)
        return
    if not found:
        none = f"no trigger has the tag {tag!r}" if tag else ""
        say(none or "no triggers yet; write some and publish them with: inspect-pipelines apply")
        return
    rows = [
        [
            one.summary.id,
            one.event,
            one.repo or "any",
            "; ".join(one.conditions) or "always",
            strip([run.status.value for run in reversed(one.last_runs)]),
            coloured(one.last_runs[0].status.value) if one.last_runs else "never ran",
            "" if one.summary.enabled else "switched off",
        ]
        for one in found
    ]
    header = ["TRIGGER", "EVENT", "REPOSITORY", "WHEN", "LAST 10", "LAST", "STATE"]
    say(aligned(header, rows, width=terminal_width(), optional=["LAST", "REPOSITORY", "WHEN"]))


@triggers.command()
@click.argument("trigger_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(trigger_id: str, as_json: bool) -> None:
    """Show a trigger and what came of the last events of its kind."""
    found = _desk().trigger(trigger_id)
    if as_json:
        print_json(found)
        return
    trigger, decisions = found.summary, [one.decision for one in found.decisions]
    say(f"{trigger.summary.id}  {trigger.summary.name}")
    say(f"on {trigger.event}" + "".join(f"\n  {text}" for text in trigger.conditions))
    for batch in found.batches:
        say(f"{batch.events} event(s) wait for the end of their quiet period, {local_time(batch.due_at)}")
    if not decisions:
        say("no event of its kind has come yet")
        return
    rows = [[local_time(one.decided_at), one.event_id, printable(one.sentence())] for one in decisions]
    say(aligned(["WHEN", "EVENT", "WHAT CAME OF IT"], rows, width=terminal_width()))


@triggers.command()
@click.argument("trigger_id", metavar="[ID]", required=False)
@click.option(
    "--payload",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with a webhook's body.",
)
@click.option(
    "--kind", default="", help="With a payload of GitHub: its X-GitHub-Event, such as pull_request."
)
@click.option(
    "--source", "source_id", help="With a payload: the source it would come from; else the only one."
)
@click.option("--event", "event_id", metavar="EVENT", help="An event that has come.")
@click.option(
    "--path", "paths", multiple=True, help="A changed path, where the payload names none; repeatable."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def test(
    trigger_id: str | None,
    payload: Path | None,
    kind: str,
    source_id: str | None,
    event_id: str | None,
    paths: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show what an event would start, with which variables, and why not; starts and stores nothing.

    ID: only this trigger.
    """
    if (payload is None) == (event_id is None):
        raise UsageError("nothing to try: name either --payload FILE or --event ID")
    if payload is not None and payload.stat().st_size > MOST_PAYLOAD_BYTES:
        raise UsageError(f"{str(payload)!r} is larger than any webhook, {MOST_PAYLOAD_BYTES} bytes")
    found = _desk().rehearse(
        trigger_id,
        payload=payload.read_bytes() if payload is not None else None,
        kind=kind,
        source_id=source_id,
        event_id=event_id,
        paths=paths,
    )
    if as_json:
        print_json(found.triggers)
        return
    place = f" of {found.repo}" if found.repo else ""
    say(printable(f"{found.type}{place}" + (f": {found.problem}" if found.problem else "")))
    if not found.triggers:
        say("no trigger names this kind of event")
    for one in found.triggers:
        say(f"{one.trigger_id}: {printable(one.would)}")
        for name, text in one.variables.items():
            say(f"  {name} = {printable(', '.join(text.splitlines()))}")


def _desk() -> DefinitionDesk:
    return desk(DefinitionsHere, DefinitionsThere)
