"""`users add|list|remove`: who belongs to an organisation, and what they may do there."""

from __future__ import annotations

import click

from inspect_pipelines.cli.choice import chosen_house
from inspect_pipelines.cli.output import local_time, print_json, say, terminal_width, user_name
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.access import Role
from inspect_pipelines.queries.access import list_members
from inspect_pipelines.usecases.access.change_members import add_member, remove_member


@click.group()
def users() -> None:
    """Add, list and remove the people who may use the API."""


@users.command()
@click.argument("login", metavar="NAME")
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), required=True, help="What they may do."
)
def add(login: str, role: str) -> None:
    """Make somebody a member of the organisation, or give a member another role."""
    house = chosen_house(Settings())
    before = add_member(house, login, Role(role), by=f"user:{user_name()}")
    was = f", was {before.role.value}" if before else ""
    say(f"user {login!r} is {role} of organisation {house.org_id!r}{was}")
    if before is None:
        say(f"a token for the API: inspect-pipelines tokens create {login} --name PURPOSE")


@users.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """List the members of the organisation."""
    house = chosen_house(Settings())
    found = list_members(house)
    if as_json:
        print_json(found)
        return
    if not found:
        say(
            "no users yet: the API answers to this machine only; "
            "add one with: inspect-pipelines users add NAME --role admin"
        )
        return
    rows = [[one.login, one.role.value, local_time(one.added_at), one.added_by] for one in found]
    say(aligned(["USER", "ROLE", "SINCE", "BY"], rows, width=terminal_width()))


@users.command()
@click.argument("login", metavar="NAME")
def remove(login: str) -> None:
    """Let a member go; their tokens open nothing from now on."""
    house = chosen_house(Settings())
    remove_member(house, login, by=f"user:{user_name()}")
    say(f"user {login!r} is no member of organisation {house.org_id!r} any more; their tokens open nothing")
