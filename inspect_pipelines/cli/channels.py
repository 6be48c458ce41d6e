"""`channels list|test`: how people are reached, and whether it works."""

from __future__ import annotations

import json

import click

from inspect_pipelines.cli.output import say, say_json, terminal_width, user_name
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.config.problem import did_you_mean
from inspect_pipelines.config.settings import Settings, resolve_secret
from inspect_pipelines.domain.channel import ChannelConfig
from inspect_pipelines.errors import NotFound, UsageError
from resources.channels.registry import CHANNELS

NONE_YET = "no channel is published, so messages become files in {outbox}; write `channels:` in organization.yaml, then apply"


@click.group()
def channels() -> None:
    """List channels, and send a test message through one."""


@channels.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """List the published channels and whether their secrets have a value here; the values are not shown."""
    from inspect_pipelines.wiring import house

    settings = Settings()
    home = house(settings)
    published = home.publication.channels(home.org_id).channels
    if as_json:
        say_json(json.dumps([_json(one) for one in published], indent=2))
        return
    if not published:
        say(NONE_YET.format(outbox=settings.absolute_home() / "outbox"))
        return
    rows = [[one.name, one.kind, place(one), _secrets_text(one)] for one in published]
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
    from inspect_pipelines.wiring import house

    settings = Settings()
    home = house(settings)
    published = home.publication.channels(home.org_id).channels
    config = next((one for one in published if one.name == name), None)
    if config is None:
        known = ", ".join(one.name for one in published)
        hint = did_you_mean(name, [one.name for one in published]) or f"; known are {known}"
        raise NotFound(
            f"no channel is called {name!r}{hint}"
            if published
            else NONE_YET.format(outbox=settings.absolute_home() / "outbox")
        )
    definitions = home.publication.read(home.org_id).definitions
    receipt = try_channel(home, published, config, definitions, to=to, by=user_name())
    say(f"accepted: {receipt.text}")


def place(config: ChannelConfig) -> str:
    """What a channel talks to."""
    return CHANNELS[config.kind].where(config)


def missing_secrets(config: ChannelConfig) -> list[str]:
    """The references that have no value in this process."""
    missing = []
    for reference in (config.secret, config.url):
        if not reference.startswith("${"):
            continue
        try:
            resolve_secret(reference)
        except UsageError:
            missing.append(reference)
    return missing


def _secrets_text(config: ChannelConfig) -> str:
    missing = missing_secrets(config)
    if missing:
        return f"✗ no value here: {', '.join(missing)}"
    return "✓" if config.secret or config.url.startswith("${") else "none needed"


def _json(config: ChannelConfig) -> dict[str, object]:
    return {
        "name": config.name,
        "kind": config.kind,
        "where": place(config),
        "missing_secrets": missing_secrets(config),
    }
