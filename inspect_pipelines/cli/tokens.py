"""`tokens create|list|revoke`: what programs show to the API."""

from __future__ import annotations

import click

from inspect_pipelines.cli.choice import desk
from inspect_pipelines.cli.desks.access import AccessDesk, AccessHere, AccessThere
from inspect_pipelines.cli.group import Group
from inspect_pipelines.cli.moments import future
from inspect_pipelines.cli.output import local_time, print_json, say, terminal_width
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.domain.access import Permission
from inspect_pipelines.queries.access import TokenSummary


@click.group(cls=Group)
def tokens() -> None:
    """Create, list and revoke tokens for the API."""


@tokens.command()
@click.argument("login", metavar="NAME")
@click.option("--name", required=True, help="What it is for; shown in lists.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([permission.value for permission in Permission]),
    multiple=True,
    help="Only this; may be repeated. Default: all that the user's role has.",
)
@click.option(
    "--expires",
    metavar="WHEN",
    help="Its end: 30d, 2027-01-31, ..  Default: 90d, or that of the token that makes it.",
)
@click.option(
    "--personal",
    is_flag=True,
    help="Whoever shows it is the user themselves, who may approve pictures by it.",
)
def create(login: str, name: str, scopes: tuple[str, ...], expires: str | None, personal: bool) -> None:
    """Create a token that speaks for a user, and print it: this once, since only a hash of it is kept.

    The token alone is on standard output, for a pipe into a secret store.
    """
    ours = _desk()
    created = ours.create(
        login,
        name=name,
        scopes=[Permission(scope) for scope in scopes] or None,
        expires_at=future(expires, option="--expires", now=ours.now()) if expires else None,
        is_personal=personal,
    )
    say(created.text)
    does = "is" if personal else "is a machine's and speaks for"
    say(
        f"this is the only time that it is shown; it {does} {login!r} in {ours.org_id()!r} until "
        f"{local_time(created.token.expires_at)}; take it back with: inspect-pipelines tokens revoke {created.token.id}",
        err=True,
    )


@tokens.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """List the organisation's tokens, newest first; never their text."""
    found = _desk().tokens()
    if as_json:
        print_json(found)
        return
    if not found:
        say("no tokens yet; create one with: inspect-pipelines tokens create NAME --name PURPOSE")
        return
    header = ["TOKEN", "USER", "KIND", "FOR", "STATE", "EXPIRES", "LAST USED"]
    say(aligned(header, [_row(one) for one in found], width=terminal_width()))


@tokens.command()
@click.argument("text", metavar="TOKEN")
def revoke(text: str) -> None:
    """Take a token back: its id (the beginning is enough) or its name."""
    token = _desk().revoke(text)
    say(f"token {token.id} ({token.name}) opens nothing any more")


def _desk() -> AccessDesk:
    return desk(AccessHere, AccessThere)


def _row(one: TokenSummary) -> list[str]:
    used = local_time(one.last_used_at) if one.last_used_at else "never"
    return [one.id, one.login, one.kind, one.name, one.state, local_time(one.expires_at), used]
