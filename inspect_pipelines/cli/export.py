"""`export`: what the API made, as a schedules.yaml that `apply` takes over."""

from __future__ import annotations

import click

from inspect_pipelines.cli.choice import chosen_house
from inspect_pipelines.cli.output import say
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.queries.export import export_text


@click.command()
def export() -> None:
    """Print what the API made as a schedules.yaml that `apply` takes over.

    Move its entries into your own one: `plan` then says that they are taken over, and `apply` does so.
    """
    say(export_text(chosen_house(Settings())), nl=False)
