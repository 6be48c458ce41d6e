"""`incidents list|show|ack|silence`: what is wrong now, since when, and a person's word about it."""

from __future__ import annotations

from collections.abc import Iterator

import click

from inspect_pipelines.cli.choice import desk
from inspect_pipelines.cli.desks.incidents import IncidentDesk, IncidentsHere, IncidentsThere
from inspect_pipelines.cli.group import Group
from inspect_pipelines.cli.moments import future
from inspect_pipelines.cli.output import (
    local_time,
    print_json,
    printable,
    say,
    terminal_width,
)
from inspect_pipelines.cli.paging import page_options, say_rest
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.errors import UsageError
from inspect_pipelines.queries.duration import short_duration
from inspect_pipelines.queries.incidents import (
    IncidentDossier,
    IncidentSummary,
)

MOST_KEYS_SHOWN = 20


@click.group(cls=Group)
def incidents() -> None:
    """List, show, acknowledge and silence incidents."""


@incidents.command("list")
@click.option("--all", "whole", is_flag=True, help="Resolved ones too.")
@page_options(50)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(whole: bool, limit: int, after: str | None, as_json: bool) -> None:
    """List open incidents, newest first."""
    ours = _desk()
    now = ours.now()
    page = ours.list(open_only=not whole, cursor=after, limit=limit)
    found = page.items
    say_rest(page, lambda cursor, most: ours.list(open_only=not whole, cursor=cursor, limit=most))
    if as_json:
        print_json(found)
        return
    if not found:
        none = "no incident is open" if not whole else "there was no incident yet"
        say("no older incident" if after else none)
        return
    rows = [
        [
            _state(one),
            one.incident.kind.value,
            ", ".join(one.incident.definitions),
            short_duration(((one.incident.resolved_at or now) - one.incident.opened_at).total_seconds()),
            str(one.incident.runs),
            one.incident.id,
            printable(one.incident.sentence),
        ]
        for one in found
    ]
    header = ["STATE", "KIND", "DEFINITION", "FOR", "RUNS", "INCIDENT", "WHAT"]
    say(aligned(header, rows, width=terminal_width(), optional=["KIND", "RUNS"]))


@incidents.command()
@click.argument("incident_id", metavar="INCIDENT")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(incident_id: str, as_json: bool) -> None:
    """Show an incident: its cause, runs and messages.

    INCIDENT is its id, the beginning of it, or a run that failed by it.
    """
    found = _desk().show(incident_id)
    if as_json:
        print_json(found)
        return
    say("\n".join(_lines(found)))


@incidents.command()
@click.argument("incident_id", metavar="INCIDENT")
def ack(incident_id: str) -> None:
    """Take an INCIDENT on: no more reminders."""
    incident, by = _desk().acknowledge(incident_id)
    say(f"incident {incident} is acknowledged by {by}; its recovery will be told")


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
    ours = _desk()
    if end:
        name = ours.end_silence(subject)
        say(f"{name!r} is silenced no longer; what is still wrong is told by the next run that fails")
        return
    option, text = ("--for", span) if span else ("--until", moment or "")
    until = future(text or "", option=option, now=ours.now())
    name = ours.silence(subject, until=until, reason=reason)
    say(f"{name!r} is silenced until {local_time(until)}")


def _lines(found: IncidentDossier) -> Iterator[str]:
    incident = found.summary.incident
    yield f"{incident.kind.value} of {', '.join(incident.definitions)}: {_state(found.summary)}"
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
    for one in found.summary.silences:
        who = one.by.removeprefix("user:")
        yield f"  silenced     until {local_time(one.until)} by {who}: {printable(one.reason) or '-'}"
    yield "\nCause"
    yield from (f"  {printable(key)}" for key in incident.keys[:MOST_KEYS_SHOWN])
    if len(incident.keys) > MOST_KEYS_SHOWN:
        yield f"  and {len(incident.keys) - MOST_KEYS_SHOWN} more"
    yield "\nRuns, newest first"
    yield from (f"  {run_id}" for run_id in found.run_ids)
    if found.notifications:
        yield "\nMessages"
    for note in found.notifications:
        message = note.notification
        became = printable(f"{message.status.value} {message.receipt}")
        yield f"  {message.id}  {note.kind} to {printable(message.target)}: {became}"


def _state(one: IncidentSummary) -> str:
    return f"{one.state}, silenced" if one.is_silenced else one.state


def _desk() -> IncidentDesk:
    return desk(IncidentsHere, IncidentsThere)
