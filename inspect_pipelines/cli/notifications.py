"""`notifications list|show|resend`: what was said to whom, and whether it arrived."""

from __future__ import annotations

from collections.abc import Iterator

import click

from inspect_pipelines.cli.choice import desk
from inspect_pipelines.cli.desks.told import ToldDesk, ToldHere, ToldThere
from inspect_pipelines.cli.group import Group
from inspect_pipelines.cli.output import local_time, print_json, printable, say, terminal_width
from inspect_pipelines.cli.paging import page_options, say_rest
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.domain.notification import DeliveryStatus
from inspect_pipelines.queries.notifications import (
    NotificationDossier,
)

MARKS = {DeliveryStatus.SENT: "✓", DeliveryStatus.FAILED: "✗", DeliveryStatus.STORED: "…"}


@click.group(cls=Group)
def notifications() -> None:
    """List, show and resend messages."""


@notifications.command("list")
@click.option("--status", type=click.Choice([one.value for one in DeliveryStatus]), help="Only these.")
@page_options(50)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(status: str | None, limit: int, after: str | None, as_json: bool) -> None:
    """List messages, newest first."""
    ours = _desk()
    page = ours.notifications(status=status, cursor=after, limit=limit)
    found = page.items
    say_rest(page, lambda cursor, most: ours.notifications(status=status, cursor=cursor, limit=most))
    if as_json:
        print_json(found)
        return
    if not found:
        none = "no message" + (f" is {status}" if status else " was written yet")
        say("no older message" if after else none)
        return
    rows = [
        [
            one.notification.id,
            f"{MARKS[one.notification.status]} {one.notification.status.value}",
            local_time(one.notification.created_at),
            one.kind,
            printable(one.notification.target),
            str(one.notification.attempts),
            printable(one.notification.title),
        ]
        for one in found
    ]
    header = ["MESSAGE", "STATUS", "CREATED", "KIND", "TO", "TRIES", "WHAT"]
    say(aligned(header, rows, width=terminal_width(), optional=["TRIES", "KIND", "CREATED"]))


@notifications.command()
@click.argument("message_id", metavar="MESSAGE")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(message_id: str, as_json: bool) -> None:
    """Show a message: its text and every try to deliver it.

    MESSAGE is its id, or the beginning of it.
    """
    found = _desk().notification(message_id)
    if as_json:
        print_json(found)
        return
    say("\n".join(_lines(found)))


@notifications.command()
@click.argument("message_id", metavar="MESSAGE")
def resend(message_id: str) -> None:
    """Send a MESSAGE once more."""
    now = _desk().resend(message_id).summary.notification
    say(printable(f"message {now.id} to {now.target}: {now.status.value} {now.receipt}"))


def _lines(dossier: NotificationDossier) -> Iterator[str]:
    found = dossier.summary.notification
    yield printable(found.title)
    yield f"  to        {printable(found.target)}, {dossier.summary.kind} ({found.event.value})"
    yield f"  status    {printable(f'{found.status.value} {found.receipt}')}"
    yield f"  created   {local_time(found.created_at)} by run {found.run_id}"
    if found.status is DeliveryStatus.STORED and found.due_at:
        yield f"  due       {local_time(found.due_at)}"
    if found.mentions:
        yield f"  mentions  {printable(', '.join(found.mentions))}"
    if dossier.tries:
        yield "\nTries"
    for one in dossier.tries:
        outcome = one.outcome or "goes on, or its process died"
        yield f"  {one.number}  {local_time(one.started_at)}  {printable(f'{outcome} {one.detail}')}"
    yield ""
    for line in found.text.split("\n"):
        yield f"{' ' * (len(line) - len(line.lstrip(' ')))}{printable(line)}"  # keeps its place under the line before


def _desk() -> ToldDesk:
    return desk(ToldHere, ToldThere)
