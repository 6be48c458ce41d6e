"""`logins list|forget`: what logins have left behind for later runs, never its content."""

from __future__ import annotations

import click

from inspect_pipelines.cli.choice import chosen_house
from inspect_pipelines.cli.group import Group
from inspect_pipelines.cli.output import local_time, print_json, say, terminal_width
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.kept_login import ListedLogin
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.forget_logins import forget_logins

SHOWN = 8  # characters of an id; more than that nobody types


@click.group(cls=Group)
def logins() -> None:
    """List and forget what logins have left behind."""


@logins.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """List the logins that runs share, with those that were refused; never what is kept of them."""
    house = _house()
    found = house.logins.all(house.org_id)
    if as_json:
        print_json(found)
        return
    if not found:
        say("no login is kept; a playbook's login is once it has 'valid_when', see docs/login.md")
        return
    header = ["LOGIN", "NAME", "SITE", "SINCE", "UNTIL", "STATE"]
    say(aligned(header, [_row(house, one) for one in found], width=terminal_width()))


@logins.command()
@click.argument("text", metavar="[LOGIN]", required=False)
@click.option("--all", "is_all", is_flag=True, help="Every one of the organisation.")
def forget(text: str | None, is_all: bool) -> None:
    """Forget a login, by its id (the beginning is enough) or its name: the next run logs in anew, at once."""
    house = _house()
    for one in forget_logins(house, text, is_all=is_all):
        say(f"login {one.id[:SHOWN]} ({one.name} at {one.origin}) is forgotten; the next run logs in")


def _row(house: House, one: ListedLogin) -> list[str]:
    now = house.clock.now()
    until = local_time(one.expires_at) if one.expires_at else "the site ends it"
    state = "kept"
    if one.refusal is not None:
        until = ""
        rests = now < one.refusal.rests_until
        again = f"rests until {local_time(one.refusal.rests_until)}" if rests else "is tried again"
        state = f"refused, {again}: {one.refusal.why}"
    elif not one.is_kept:
        until, state = "", "not kept: the site knows nobody again"
    elif one.expires_at is not None and now >= one.expires_at:
        state = "over"
    return [one.id[:SHOWN], one.name, one.origin, local_time(one.made_at), until, state]


def _house() -> House:
    return chosen_house(Settings())
