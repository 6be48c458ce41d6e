"""`events list|show`: what sources told, and what became of it."""

from __future__ import annotations

import json
import sys
from functools import partial

import click

from inspect_pipelines.cli.choice import desk
from inspect_pipelines.cli.desks.told import ToldDesk, ToldHere, ToldThere
from inspect_pipelines.cli.group import Group
from inspect_pipelines.cli.moments import past
from inspect_pipelines.cli.output import harmless, local_time, print_json, printable, say, terminal_width
from inspect_pipelines.cli.paging import page_options, say_rest
from inspect_pipelines.cli.replay import replay
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.domain.event import Event, EventStatus
from inspect_pipelines.domain.ids import SourceId

HEADER = ["EVENT", "RECEIVED", "TYPE", "STATUS", "REPO", "BRANCH", "SOURCE", "WHAT"]
LEFT_OUT_FIRST = ["SOURCE", "BRANCH", "RECEIVED", "REPO", "WHAT"]
PATHS_SHOWN = 20


@click.group(cls=Group)
def events() -> None:
    """List, show and replay what sources told.

    EVENT is an event's id or the beginning of it (6 characters or more).
    """


events.add_command(replay)


@events.command("list")
@click.option(
    "--status",
    "statuses",
    type=click.Choice([status.value for status in EventStatus]),
    multiple=True,
    help="Only these; may be repeated.",
)
@click.option("--type", "kind", metavar="TYPE", help="Only this one, for example pull_request.merged.")
@click.option("--source", metavar="ID", help="Only this source's.")
@click.option("--since", metavar="WHEN", help="Received since then: 2h, 3d, 2026-11-22, 2026-11-22T14:00.")
@page_options(20)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(
    statuses: tuple[str, ...],
    kind: str | None,
    source: str | None,
    since: str | None,
    limit: int,
    after: str | None,
    as_json: bool,
) -> None:
    """List events, newest first."""
    ours = _desk()
    earliest = past(since, option="--since", now=ours.now()) if since else None
    page_after = partial(
        ours.events,
        status=[EventStatus(status) for status in statuses] or None,
        type=kind,
        source_id=SourceId(source) if source else None,
        since=earliest,
    )
    page = page_after(cursor=after, limit=limit)
    found = page.items
    if as_json:
        print_json(found)
    elif found:
        rows = [_row(event) for event in found]
        say(aligned(HEADER, rows, width=terminal_width(), optional=LEFT_OUT_FIRST))
    else:
        is_filtered = statuses or kind or source or since or after
        say("no event matches" if is_filtered else "no events yet; docs/webhooks.md says how to send one")
    say_rest(page, lambda cursor, most: page_after(cursor=cursor, limit=most))


@events.command()
@click.argument("text", metavar="EVENT")
@click.option("--payload", "with_payload", is_flag=True, help="Print what the source sent, byte for byte.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(text: str, with_payload: bool, as_json: bool) -> None:
    """Show everything about an event."""
    if with_payload:
        _print_payload(_desk().payload(text))
        return
    found = _desk().event(text)
    if as_json:
        print_json(found)
        return
    say(_page(found.event))
    for one in found.decisions:
        replayed = f" ({one.decision.replay})" if one.decision.replay else ""
        say(f"  {one.decision.trigger_id}{replayed}: {_line(one.sentence)}")


def _print_payload(body: bytes) -> None:
    if sys.stdout.isatty():
        say(harmless(body.decode("utf-8", "replace")))
        return
    sys.stdout.buffer.write(body)


def _row(event: Event) -> list[str]:
    number = f"#{event.number} " if event.number is not None else ""
    return [
        event.id,
        local_time(event.received_at),
        _line(event.type),
        event.status.value,
        _line(event.repo),
        _line(event.branch),
        event.source_id,
        _line(event.problem or number + (event.title or event.environment or "")),
    ]


def _page(event: Event) -> str:
    rows = [
        ("status", event.status.value + (f": {event.problem}" if event.problem else "")),
        ("received", local_time(event.received_at)),
        ("happened", local_time(event.event_time)),
        ("source", f"{event.source_id} ({event.source_kind.value}), delivery {event.source_delivery_id}"),
        ("repository", event.repo),
        ("branch", event.branch),
        ("commit", event.sha),
        ("environment", event.environment),
        ("url", event.url),
        ("actor", event.actor),
        ("author", event.author),
        ("number", None if event.number is None else str(event.number)),
        ("title", event.title),
        ("labels", ", ".join(event.labels)),
        ("draft", "yes" if event.is_draft else None),
        ("paths", _paths(event)),
        ("left out", "; ".join(event.remarks)),
        ("data", json.dumps(event.data, ensure_ascii=False) if event.data else None),
    ]
    lines = [f"  {name:<12} {_line(value)}" for name, value in rows if value]
    return "\n".join([f"event {event.id}  {_line(event.type)}", *lines])


def _paths(event: Event) -> str:
    if event.paths is None:
        return "not known"
    more = len(event.paths) - PATHS_SHOWN
    shown = ", ".join(event.paths[:PATHS_SHOWN])
    return f"{len(event.paths)}: {shown}{f' and {more} more' if more > 0 else ''}" if event.paths else "none"


def _line(text: str | None) -> str:
    return printable(text or "")


def _desk() -> ToldDesk:
    return desk(ToldHere, ToldThere)
