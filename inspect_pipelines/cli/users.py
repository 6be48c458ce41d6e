"""`users add|list|password|sign-out|remove`: who belongs to an organisation, what they may do there, how they sign in."""

from __future__ import annotations

import sys

import click

from inspect_pipelines.cli.choice import chosen_house, desk, local_caller
from inspect_pipelines.cli.desks.access import AccessDesk, AccessHere, AccessThere
from inspect_pipelines.cli.group import Group
from inspect_pipelines.cli.output import local_time, print_json, say, terminal_width, user_name
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.access import Role
from inspect_pipelines.usecases.access.set_password import remove_password, set_password

OF_PEOPLE = "no token sets a password, which a person does on that machine, or signed in to the server"


@click.group(cls=Group)
def users() -> None:
    """Add, list and remove the people who may use the server."""


@users.command()
@click.argument("login", metavar="NAME")
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), required=True, help="What they may do."
)
@click.option(
    "--email", help="Whom organization.yaml's `sign_in` knows by this address; they come in as this user."
)
def add(login: str, role: str, email: str | None) -> None:
    """Make somebody a member of the organisation, or give a member another role."""
    added = _desk().add(login, Role(role), email)
    before, org_id = added.before, added.member.org_id
    was = f", was {before.role.value}" if before else ""
    say(f"user {login!r} is {role} of organisation {org_id!r}{was}")
    if email is not None:
        say(f"whoever the identity provider sends with the verified address {email!r} comes in as {login!r}")
    elif before is None:
        say(f"so that they can sign in: inspect-pipelines users password {login}")
        say(f"a token for the API: inspect-pipelines tokens create {login} --name PURPOSE")


@users.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """List the members of the organisation."""
    found = _desk().members()
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
@click.option(
    "--stdin",
    "from_stdin",
    is_flag=True,
    help="Read it from standard input, for a pipe out of a secret store.",
)
@click.option("--remove", "is_removal", is_flag=True, help="Let them sign in by the identity provider only.")
def password(login: str, *, from_stdin: bool, is_removal: bool) -> None:
    """Set the password by which a user signs in; every browser of theirs has to sign in again.

    It is set on the machine itself, or by whoever is signed in: no token sets a password.
    """
    house = chosen_house(Settings(), why=OF_PEOPLE)
    by = f"user:{user_name()}"
    if is_removal:
        had = remove_password(house, login, by=by)
        say(f"user {login!r} signs in by no password any more" if had else f"user {login!r} had no password")
        return
    if from_stdin:
        text = sys.stdin.readline().rstrip("\r\n")
    else:
        text = click.prompt(
            f"password of {login}", hide_input=True, confirmation_prompt="once more", err=True
        )
    ended = set_password(house, login, text, by=by, caller=local_caller())
    say(f"user {login!r} signs in with it from now on{_of_browsers(ended)}")


@users.command("sign-out")
@click.argument("login", metavar="NAME")
def sign_out(login: str) -> None:
    """Sign a user out in every browser."""
    ended = _desk().sign_out(login)
    say(
        f"user {login!r} was signed in nowhere"
        if not ended
        else f"user {login!r} is signed out{_of_browsers(ended)}"
    )


@users.command()
@click.argument("login", metavar="NAME")
def remove(login: str) -> None:
    """Let a member go; their tokens, password and browsers open nothing from now on."""
    gone = _desk().remove(login)
    say(
        f"user {login!r} is no member of organisation {gone.org_id!r} any more; their tokens and browsers open nothing"
    )


def _desk() -> AccessDesk:
    return desk(AccessHere, AccessThere)


def _of_browsers(ended: int) -> str:
    return f" ({ended} browser{'' if ended == 1 else 's'} forgotten)" if ended else ""
