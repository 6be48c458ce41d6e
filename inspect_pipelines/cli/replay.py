"""`events replay`: look at an event once more."""

from __future__ import annotations

import json

import click

from inspect_pipelines.cli.output import printable
from inspect_pipelines.cli.triggers import decision_json
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.queries.find_event import find_event
from inspect_pipelines.usecases.events.replay import replay as replay_event


@click.command()
@click.argument("text", metavar="EVENT")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def replay(text: str, as_json: bool) -> None:
    """Decide about an event once more, with the triggers as they are now.

    What it starts are new runs beside those of before; their origins end in @r1, @r2, .. One that could not be read is
    read again from its payload, one whose changed paths stayed unknown asks for them again.
    """
    from inspect_pipelines.wiring import house as build

    house = build(Settings())
    event = replay_event(house, find_event(house, text).id)
    with house.ledger.read() as ledger:
        found = [
            one for one in ledger.decisions.of_event(event.org_id, event.id) if one.replay == event.replay
        ]
    if as_json:
        told = {"event_id": event.id, "status": event.status.value, "replay": event.replay}
        click.echo(json.dumps({**told, "decisions": [decision_json(one) for one in found]}, indent=2))
        return
    click.echo(f"event {event.id} was replayed ({event.replay}): {event.status.value}")
    for one in found:
        click.echo(f"  {one.trigger_id}: {printable(one.sentence())}")
    if not found and event.status.value != "waiting":
        click.echo("  no trigger names this kind of event")
