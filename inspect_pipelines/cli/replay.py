"""`events replay`: look at an event once more."""

from __future__ import annotations

import click

from inspect_pipelines.cli.choice import chosen_house
from inspect_pipelines.cli.output import print_json, printable, say
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.queries.events import find_event, show_replay
from inspect_pipelines.usecases.events.replay import replay as replay_event


@click.command()
@click.argument("text", metavar="EVENT")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def replay(text: str, as_json: bool) -> None:
    """Decide about an event once more, with the triggers as they are now.

    What it starts are new runs beside those of before; their origins end in @r1, @r2, .. One that could not be read is
    read again from its payload, one whose changed paths stayed unknown asks for them again.
    """
    house = chosen_house(Settings())
    event = replay_event(house, find_event(house, text).id)
    found = show_replay(house, event)
    if as_json:
        print_json(found)
        return
    say(
        f"event {event.id} was replayed ({event.replay}): {event.status.value}"
        + (f": {event.problem}" if event.problem else "")
    )
    for one in found.decisions:
        say(f"  {one.decision.trigger_id}: {printable(one.sentence)}")
    if not found.decisions and event.status.value not in ("waiting", "ignored"):
        say("  no trigger names this kind of event")
