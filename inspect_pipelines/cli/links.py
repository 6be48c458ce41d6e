"""`links revoke`: what messages hold to open reports without a sign-in."""

from __future__ import annotations

import click

from inspect_pipelines.cli.choice import desk
from inspect_pipelines.cli.desks.access import AccessDesk, AccessHere, AccessThere
from inspect_pipelines.cli.group import Group
from inspect_pipelines.cli.output import say


@click.group(cls=Group)
def links() -> None:
    """Take back the signed links in messages."""


@links.command()
def revoke() -> None:
    """Take back every signed link that messages of the organisation hold; those of later messages open again."""
    ours: AccessDesk = desk(AccessHere, AccessThere)
    ours.revoke_links()
    say(f"no link that was sent until now opens a report of {ours.org_id()!r} any more")
