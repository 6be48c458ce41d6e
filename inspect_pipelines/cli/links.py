"""`links revoke`: what messages hold to open reports without a sign-in."""

from __future__ import annotations

import secrets

import click

from inspect_pipelines.cli.choice import chosen_house
from inspect_pipelines.cli.output import say, user_name
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.signed_link import KEY_BYTES
from inspect_pipelines.usecases.access.open_link import revoke_links


@click.group()
def links() -> None:
    """Take back the signed links in messages."""


@links.command()
def revoke() -> None:
    """Take back every signed link that messages of the organisation hold; those of later messages open again."""
    house = chosen_house(Settings())
    revoke_links(house, random=secrets.token_bytes(KEY_BYTES), by=f"user:{user_name()}")
    say(f"no link that was sent until now opens a report of {house.org_id!r} any more")
