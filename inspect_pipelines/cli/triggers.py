"""`triggers list|show|test`: what events start, what came of them, and what would come of one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from inspect_pipelines.cli.output import aligned, coloured, local_time, printable, strip, terminal_width
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.decision import Decision
from inspect_pipelines.domain.event import Event
from inspect_pipelines.domain.ids import DefinitionId, EventId
from inspect_pipelines.domain.spelling import nearest
from inspect_pipelines.domain.trigger import Trigger
from inspect_pipelines.errors import NotFound, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.events.rehearse import Rehearsal, event_of, rehearse

LAST_RUNS = 10
MOST_PAYLOAD_BYTES = 25_000_000


@click.group()
def triggers() -> None:
    """List triggers, show what came of events, and try one out."""


@triggers.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """List triggers: event, conditions, last runs."""
    house = _house()
    with house.ledger.read() as ledger:
        found = [one for one in ledger.definitions.all(house.org_id) if isinstance(one, Trigger)]
        last = {
            one.id: ledger.runs.latest(house.org_id, definition_id=one.id, limit=LAST_RUNS) for one in found
        }
    if as_json:
        click.echo(json.dumps([_trigger_json(one) for one in found], indent=2))
        return
    if not found:
        click.echo("no triggers yet; write some and publish them with: inspect-pipelines apply")
        return
    rows = [
        [
            one.id,
            one.event,
            one.repo or "any",
            "; ".join(conditions(one)) or "always",
            strip([run.status.value for run in reversed(last[one.id])]),
            coloured(last[one.id][0].status.value) if last[one.id] else "never ran",
            "" if one.enabled else "switched off",
        ]
        for one in found
    ]
    header = ["TRIGGER", "EVENT", "REPOSITORY", "WHEN", "LAST 10", "LAST", "STATE"]
    click.echo(aligned(header, rows, width=terminal_width(), optional=["LAST", "REPOSITORY", "WHEN"]))


@triggers.command()
@click.argument("trigger_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(trigger_id: str, as_json: bool) -> None:
    """Show a trigger and what came of the last events of its kind."""
    house = _house()
    trigger = _trigger(house, trigger_id)
    with house.ledger.read() as ledger:
        decisions = ledger.decisions.latest(house.org_id, trigger.id)
        gathering = [one for one in ledger.batches.open(house.org_id) if one.trigger_id == trigger.id]
    if as_json:
        shown = {
            **_trigger_json(trigger),
            "decisions": [decision_json(one) for one in decisions],
            "batches": [
                {"id": one.id, "key": one.key, "events": one.events, "due_at": one.due_at.isoformat()}
                for one in gathering
            ],
        }
        click.echo(json.dumps(shown, indent=2))
        return
    click.echo(f"{trigger.id}  {trigger.name}")
    click.echo(f"on {trigger.event}" + "".join(f"\n  {text}" for text in conditions(trigger)))
    for batch in gathering:
        click.echo(
            f"{batch.events} event(s) wait for the end of their quiet period, {local_time(batch.due_at)}"
        )
    if not decisions:
        click.echo("no event of its kind has come yet")
        return
    rows = [[local_time(one.decided_at), one.event_id, printable(one.sentence())] for one in decisions]
    click.echo(aligned(["WHEN", "EVENT", "WHAT CAME OF IT"], rows, width=terminal_width()))


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
    house = _house()
    if payload is not None:
        if payload.stat().st_size > MOST_PAYLOAD_BYTES:
            raise UsageError(f"{str(payload)!r} is larger than any webhook, {MOST_PAYLOAD_BYTES} bytes")
        event = event_of(house, payload.read_bytes(), kind=kind, source_id=source_id)
    else:
        event = _event(house, event_id or "")
    wanted = [_trigger(house, trigger_id)] if trigger_id else None
    found = rehearse(house, event, triggers=wanted, paths=paths or None)
    if as_json:
        click.echo(json.dumps([_rehearsal_json(one) for one in found], indent=2))
        return
    place = f" of {event.repo}" if event.repo else ""
    click.echo(printable(f"{event.type}{place}" + (f": {event.problem}" if event.problem else "")))
    if not found:
        click.echo("no trigger names this kind of event")
    for one in found:
        click.echo(f"{one.trigger.id}: {printable(one.sentence())}")
        for name, text in one.variables.items():
            click.echo(f"  {name} = {printable(', '.join(text.splitlines()))}")


def conditions(trigger: Trigger) -> list[str]:
    """What a trigger asks of its event, one short text each."""
    lists = {"branches": trigger.branches, "paths": trigger.paths, "labels": trigger.labels}
    found = [f"{name} {', '.join(globs)}" for name, globs in lists.items() if globs]
    if trigger.environment:
        found.append(f"environment {trigger.environment}")
    if trigger.authors.include:
        found.append(f"authors {', '.join(trigger.authors.include)}")
    if trigger.authors.exclude:
        found.append(f"not by {', '.join(trigger.authors.exclude)}")
    if trigger.source:
        found.append(f"source {trigger.source}")
    found += [f"{one.path} {one.operator.value} {json.dumps(one.operand)}" for one in trigger.conditions]
    if trigger.debounce.wait:
        quiet, most = trigger.debounce.wait.total_seconds(), trigger.debounce.max_wait.total_seconds()
        found.append(f"after {quiet:g} s of quiet, {most:g} s at most")
    return found


def decision_json(decision: Decision) -> dict[str, Any]:
    return {
        "event_id": decision.event_id,
        "trigger_id": decision.trigger_id,
        "outcome": decision.outcome.value,
        "reason": decision.reason,
        "replay": decision.replay,
        "batch_id": decision.batch_id,
        "run_id": decision.run_id,
        "decided_at": decision.decided_at.isoformat(),
        "sentence": decision.sentence(),
    }


def _trigger_json(trigger: Trigger) -> dict[str, Any]:
    return {
        "id": trigger.id,
        "name": trigger.name,
        "event": trigger.event,
        "repo": trigger.repo,
        "enabled": trigger.enabled,
        "conditions": conditions(trigger),
    }


def _rehearsal_json(one: Rehearsal) -> dict[str, Any]:
    return {
        "trigger_id": one.trigger.id,
        "answer": one.answer.value,
        "reason": one.reason,
        "variables": dict(one.variables),
        "would": one.sentence(),
    }


def _trigger(house: House, trigger_id: str) -> Trigger:
    with house.ledger.read() as ledger:
        found = [one for one in ledger.definitions.all(house.org_id) if isinstance(one, Trigger)]
    for one in found:
        if one.id == DefinitionId(trigger_id):
            return one
    hint = nearest(trigger_id, [one.id for one in found])
    raise NotFound(
        f"trigger {trigger_id!r} does not exist{hint}; list them with: inspect-pipelines triggers list"
    )


def _event(house: House, text: str) -> Event:
    with house.ledger.read() as ledger:
        if event := ledger.events.find(EventId(text)):
            return event
        found = ledger.events.with_prefix(house.org_id, text.lower()) if len(text) >= 6 else []
    if len(found) == 1:
        return found[0]
    why = "several begin so" if found else "it does not exist"
    raise NotFound(f"event {text!r} is not clear: {why}; list them with: inspect-pipelines events list")


def _house() -> House:
    from inspect_pipelines.wiring import house

    return house(Settings())
