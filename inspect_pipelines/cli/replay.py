"""`events replay`: look at an event once more."""

from __future__ import annotations

import click

from inspect_pipelines.cli.choice import desk
from inspect_pipelines.cli.desks.told import ToldHere, ToldThere
from inspect_pipelines.cli.output import print_json, printable, say


@click.command()
@click.argument("text", metavar="EVENT")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def replay(text: str, as_json: bool) -> None:
    """Decide about an event once more, with the triggers as they are now.

    What it starts are new runs beside those of before; their origins end in @r1, @r2, .. One that could not be read is
    read again from its payload, one whose changed paths stayed unknown asks for them again.
    """
    found = desk(ToldHere, ToldThere).replay(text)
    if as_json:
        print_json(found)
        return
    say(
        f"event {found.event_id} was replayed ({found.replay}): {found.status.value}"
        + (f": {found.problem}" if found.problem else "")
    )
    for one in found.decisions:
        say(f"  {one.decision.trigger_id}: {printable(one.sentence)}")
    if not found.decisions and found.status.value not in ("waiting", "ignored"):
        say("  no trigger names this kind of event")
