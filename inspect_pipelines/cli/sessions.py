"""`sessions list|show|open|stop`: what agents on a control plane play for us."""

from __future__ import annotations

import click

from inspect_pipelines.cli.group import Group
from inspect_pipelines.cli.output import local_time, print_json, printable, say
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.remote_session import RemoteSession
from inspect_pipelines.errors import UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.duration import short_duration
from inspect_pipelines.queries.remote_sessions import find_remote_session, list_remote_sessions
from inspect_pipelines.usecases.sessions.stop import stop as stop_session


@click.group(cls=Group)
def sessions() -> None:
    """List, show, open and stop agents' sessions."""


@sessions.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(limit: int, as_json: bool) -> None:
    """List agents' sessions, newest first."""
    house = _house()
    found = list_remote_sessions(house, limit)
    if as_json:
        print_json(found)
        return
    if not found:
        say("no agent has played anything yet; see docs/remote.md")
        return
    now = house.clock.now()
    rows = [
        [
            each.id,
            each.status.value,
            each.playbook,
            short_duration(((each.ended_at or now) - each.opened_at).total_seconds()),
            str(each.pictures),
            _cost(each),
            each.remote_id or "-",
        ]
        for each in found
    ]
    say(aligned(["SESSION", "STATUS", "PLAYBOOK", "FOR", "PICTURES", "COST", "THERE"], rows))


@sessions.command()
@click.argument("session")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(session: str, as_json: bool) -> None:
    """Show SESSION: an id of ours or the control plane's, or its beginning."""
    found = find_remote_session(_house(), session)
    if as_json:
        print_json(found)
        return
    rows = [
        ["session", found.id],
        ["run", found.run_id],
        ["playbook", found.playbook],
        ["title there", printable(found.title)],
        ["status", found.status.value + (", archived" if found.is_archived else "")],
        ["opened", local_time(found.opened_at)],
        ["ended", local_time(found.ended_at) if found.ended_at else "-"],
        ["pictures", str(found.pictures)],
        ["cost", _cost(found)],
        ["id there", found.remote_id or "not known yet"],
        ["link", found.url or "-"],
    ]
    say(aligned(["", ""], rows).split("\n", 1)[1])


@sessions.command("open")
@click.argument("session")
def open_(session: str) -> None:
    """Open SESSION's page on the control plane in your browser, and print its address."""
    found = find_remote_session(_house(), session)
    if not found.url:
        raise UsageError(
            f"session {found.id!r} has no page to open; say web_url under open_inspect in organization.yaml before sessions are opened"
        )
    say(found.url)
    click.launch(found.url)


@sessions.command()
@click.argument("session")
def stop(session: str) -> None:
    """Stop SESSION's agent; its run is then cancelled."""
    house = _house()
    found = find_remote_session(house, session)
    stop_session(house, found)
    say(f"session {found.id} is stopped")


def _cost(session: RemoteSession) -> str:
    return "-" if session.cost_usd is None else f"${session.cost_usd:.2f}"


def _house() -> House:
    from inspect_pipelines.wiring import house

    return house(Settings())
