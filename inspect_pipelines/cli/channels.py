"""`channels list|test`: how people are reached, and whether it works."""

from __future__ import annotations

import click

from inspect_pipelines.cli.choice import chosen_house
from inspect_pipelines.cli.output import print_json, say, terminal_width, user_name
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.channel import ChannelConfig
from inspect_pipelines.queries.channels import ChannelSummary, find_channel, list_channels, none_yet
from resources.channels.registry import CHANNELS


@click.group()
def channels() -> None:
    """List channels, and send a test message through one."""


@channels.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """List the published channels and whether their secrets have a value here; the values are not shown."""
    home = chosen_house(Settings())
    found = list_channels(home, _where)
    if as_json:
        print_json(found)
        return
    if not found:
        say(none_yet(home))
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
    from inspect_pipelines.usecases.alerts.try_channel import try_channel

    home = chosen_house(Settings())
    config = find_channel(home, name)
    published = home.publication.channels(home.org_id).channels
    definitions = home.publication.read(home.org_id).definitions
    receipt = try_channel(home, published, config, definitions, to=to, by=user_name())
    say(f"accepted: {receipt.text}")


def _where(config: ChannelConfig) -> str:
    return CHANNELS[config.kind].where(config)


def _secrets_text(one: ChannelSummary) -> str:
    if one.missing_secrets:
        return f"✗ no value here: {', '.join(one.missing_secrets)}"
    return "✓" if one.needs_secrets else "none needed"
