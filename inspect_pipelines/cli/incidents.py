"""`incidents list|show|ack|silence`: what is wrong now, since when, and a person's word about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

import click

from inspect_pipelines.cli.moments import future
from inspect_pipelines.cli.output import (
    aligned,
    local_time,
    printable,
    short_duration,
    terminal_width,
    user_name,
)
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.alerting import Silence
from inspect_pipelines.domain.ids import DefinitionId, IncidentId
from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.errors import UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.find import find_incident
from inspect_pipelines.stored.serial import dump_json
from inspect_pipelines.usecases.alerts import silence as silencing
from inspect_pipelines.usecases.alerts.acknowledge import acknowledge
from inspect_pipelines.usecases.runs.project import project

MOST_KEYS_SHOWN = 20


@click.group()
def incidents() -> None:
    """List, show, acknowledge and silence incidents."""


@incidents.command("list")
@click.option("--all", "whole", is_flag=True, help="Resolved ones too.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(whole: bool, limit: int, as_json: bool) -> None:
    """List open incidents, newest first."""
    house = _house()
    now = house.clock.now()
    with house.ledger.read() as ledger:
        found = ledger.incidents.latest(house.org_id, open_only=not whole, limit=limit)
        silences = ledger.silences.holding(house.org_id, now)
    if as_json:
        click.echo(json.dumps([_as_json(one, silences) for one in found], indent=2))
        return
    if not found:
        click.echo("no incident is open" if not whole else "there was no incident yet")
        return
    rows = [
        [
            _state(one, silences),
            one.kind.value,
            ", ".join(one.definitions),
            short_duration(((one.resolved_at or now) - one.opened_at).total_seconds()),
            str(one.runs),
            one.id,
            printable(one.sentence),
        ]
        for one in found
    ]
    header = ["STATE", "KIND", "DEFINITION", "FOR", "RUNS", "INCIDENT", "WHAT"]
    click.echo(aligned(header, rows, width=terminal_width(), optional=["KIND", "RUNS"]))


@incidents.command()
@click.argument("incident_id", metavar="INCIDENT")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(incident_id: str, as_json: bool) -> None:
    """Show an incident: its cause, runs and messages.

    INCIDENT is its id, the beginning of it, or a run that failed by it.
    """
    house = _house()
    incident = find_incident(house, incident_id)
    with house.ledger.read() as ledger:
        runs = ledger.incidents.runs_of(incident.id)
        messages = ledger.outbox.of_incident(incident.id)
        silences = ledger.silences.holding(house.org_id, house.clock.now())
    if as_json:
        shown = {
            **_as_json(incident, silences),
            "run_ids": runs,
            "notifications": json.loads(dump_json(tuple(messages), tuple[Notification, ...])),
        }
        click.echo(json.dumps(shown, indent=2))
        return
    click.echo("\n".join(_lines(incident, runs, messages, silences)))


@incidents.command()
@click.argument("incident_id", metavar="INCIDENT")
def ack(incident_id: str) -> None:
    """Take an INCIDENT on: no more reminders."""
    house = _house()
    incident = acknowledge(house, find_incident(house, incident_id).id, by=_user())
    project(house)
    click.echo(f"incident {incident.id} is acknowledged by {user_name()}; its recovery will be told")


@incidents.command()
@click.argument("subject", metavar="INCIDENT|DEFINITION")
@click.option("--for", "span", metavar="SPAN", help="So long: 90m, 2h, 3d.")
@click.option("--until", "moment", metavar="WHEN", help="Until then: 2026-11-26, 2026-11-26T08:00.")
@click.option("--end", is_flag=True, help="End its silence now.")
@click.option("--reason", default="", help="Why; shown with it.")
def silence(subject: str, span: str | None, moment: str | None, end: bool, reason: str) -> None:
    """Tell nobody about an incident or a definition, for a while.

    What is still wrong at the end is told then. Recoveries are told all the same.
    """
    if sum(1 for one in (span, moment, end or None) if one) != 1:
        raise UsageError("say one of: --for 2h, --until 2026-11-26T08:00, --end")
    house = _house()
    incident_id, definition_id = _subject(house, subject)
    name = incident_id or definition_id
    if end:
        silencing.end_silences(house, incident_id=incident_id, definition_id=definition_id, by=_user())
        click.echo(f"{name!r} is silenced no longer; what is still wrong is told by the next run that fails")
        return
    option, text = ("--for", span) if span else ("--until", moment or "")
    until = future(text or "", option=option, now=house.clock.now())
    silencing.silence(
        house, incident_id=incident_id, definition_id=definition_id, until=until, by=_user(), reason=reason
    )
    click.echo(f"{name!r} is silenced until {local_time(until)}")


def _subject(house: House, text: str) -> tuple[IncidentId | None, DefinitionId | None]:
    with house.ledger.read() as ledger:
        if ledger.definitions.find(house.org_id, DefinitionId(text)):
            return None, DefinitionId(text)
    return find_incident(house, text).id, None


def _lines(
    incident: Incident, runs: Sequence[str], messages: Sequence[Notification], silences: Sequence[Silence]
) -> Iterator[str]:
    yield f"{incident.kind.value} of {', '.join(incident.definitions)}: {_state(incident, silences)}"
    yield f"  {printable(incident.sentence)}"  # a watched site writes what is found in it
    yield f"  opened       {local_time(incident.opened_at)}, failed last {local_time(incident.last_failed_at)}"
    yield f"  runs         {incident.runs}"
    if incident.is_shared:
        yield f"  shared by    all that look at {printable(incident.scope.removeprefix('host:'))}"
    if incident.acknowledged_at:
        who = incident.acknowledged_by.removeprefix("user:")
        yield f"  acknowledged {local_time(incident.acknowledged_at)} by {who}"
    if incident.known_by:
        yield f"  known        rejected by {incident.known_by.removeprefix('user:')}: {printable(incident.note)}"
    if incident.resolved_at:
        yield f"  resolved     {local_time(incident.resolved_at)}: {printable(incident.resolution)}"
    for one in _of(incident, silences):
        who = one.by.removeprefix("user:")
        yield f"  silenced     until {local_time(one.until)} by {who}: {printable(one.reason) or '-'}"
    yield "\nCause"
    yield from (f"  {printable(key)}" for key in incident.keys[:MOST_KEYS_SHOWN])
    if len(incident.keys) > MOST_KEYS_SHOWN:
        yield f"  and {len(incident.keys) - MOST_KEYS_SHOWN} more"
    yield "\nRuns, newest first"
    yield from (f"  {run_id}" for run_id in runs)
    if messages:
        yield "\nMessages"
    for message in messages:
        kind = message.message.kind.value if message.message else message.event.value
        became = printable(f"{message.status.value} {message.receipt}")
        yield f"  {message.id}  {kind} to {printable(message.target)}: {became}"


def _state(incident: Incident, silences: Sequence[Silence]) -> str:
    return f"{incident.state}, silenced" if incident.is_open and _of(incident, silences) else incident.state


def _of(incident: Incident, silences: Sequence[Silence]) -> list[Silence]:
    return [
        one
        for one in silences
        if one.incident_id == incident.id or (one.definition_id and one.definition_id in incident.definitions)
    ]


def _as_json(incident: Incident, silences: Sequence[Silence]) -> dict[str, object]:
    ends: list[datetime] = [one.until for one in _of(incident, silences)]
    return {
        **json.loads(dump_json(incident)),
        "state": incident.state,
        "silenced_until": max(ends).isoformat() if ends else None,
    }


def _house() -> House:
    from inspect_pipelines.wiring import house

    return house(Settings())


def _user() -> str:
    return f"user:{user_name()}"
