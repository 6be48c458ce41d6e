"""`channels list|test`: how people are reached, and whether it works."""

from __future__ import annotations

import click

from inspect_pipelines.cli.choice import desk
from inspect_pipelines.cli.desks.told import ToldHere, ToldThere
from inspect_pipelines.cli.group import Group
from inspect_pipelines.cli.output import print_json, say, terminal_width
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.queries.channels import ChannelSummary


@click.group(cls=Group)
def channels() -> None:
    """List channels, and send a test message through one."""


@channels.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """List the published channels and whether their secrets have a value here; the values are not shown."""
    ours = desk(ToldHere, ToldThere)
    found = ours.channels()
    if as_json:
        print_json(found)
        return
    if not found:
        say(ours.no_channels())
        return
    rows = [[one.name, one.kind, one.where, _secrets_text(one)] for one in found]
    say(aligned(["CHANNEL", "KIND", "WHERE", "SECRETS"], rows, width=terminal_width()))


@channels.command()
@click.argument("name")
@click.option(
    "--to",
    metavar="ADDRESS",
    help="Slack: '#channel'; mail: an address; GitHub: 'owner/name#7'. Default: where the first rule sends to.",
)
def test(name: str, to: str | None) -> None:
    """Send a test message through a channel, and print its receipt.

    PagerDuty gets an alert that is resolved at once. Exit codes: 0 accepted, 2 usage, 3 it did not arrive.
    """
    say(f"accepted: {desk(ToldHere, ToldThere).try_channel(name, to=to)}")


def _secrets_text(one: ChannelSummary) -> str:
    if one.missing_secrets:
        return f"✗ no value here: {', '.join(one.missing_secrets)}"
    return "✓" if one.needs_secrets else "none needed"
