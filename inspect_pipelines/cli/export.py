"""`export`: what the API made, as a schedules.yaml that `apply` takes over."""

from __future__ import annotations

import click

from inspect_pipelines.cli.choice import desk
from inspect_pipelines.cli.desks.definitions import DefinitionsHere, DefinitionsThere
from inspect_pipelines.cli.output import say


@click.command()
def export() -> None:
    """Print what the API made as a schedules.yaml that `apply` takes over.

    Move its entries into your own one: `plan` then says that they are taken over, and `apply` does so.
    """
    say(desk(DefinitionsHere, DefinitionsThere).export(), nl=False)
