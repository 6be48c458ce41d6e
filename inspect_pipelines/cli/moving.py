"""`history move`: a home's history from its file into a lake, or back."""

from __future__ import annotations

import click

from inspect_pipelines.cli.choice import refuse_server
from inspect_pipelines.cli.output import say
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.errors import UsageError
from inspect_pipelines.wiring import estate

FILE = "file"


@click.command()
@click.option(
    "--to",
    "target",
    required=True,
    metavar="WHERE",
    help="'ducklake:postgres:dbname=.. host=..' or a reference to that, ${env:NAME}; or file.",
)
def move(target: str) -> None:
    """Move the history from this home's file into a lake, or back.

    Stop every `up` before. Where a lake's files are, INSPECT_HISTORY_DATA says. All of it is moved in one step and
    compared; what it came from stays as it is, and is not gone on with.
    """
    from resources.history.moving import Moving  # imports DuckDB
    from resources.history.opening import lake_at, lake_named

    settings = Settings()
    refuse_server(settings, "its files are on that machine")
    is_to_file = target == FILE
    lake = lake_at(settings)
    if is_to_file and lake is None:
        raise UsageError(
            "the history is a file already; to bring it back from a lake, say that in INSPECT_HISTORY"
        )
    if not is_to_file and lake is not None:
        raise UsageError(
            "the history is in the lake that INSPECT_HISTORY says; bring it back first, with: history move --to file"
        )
    lake = lake or lake_named(settings, target)
    house = estate(settings).house(DEFAULT_ORG)
    moving = Moving(settings.absolute_home(), lake, house.ledgers, house.clock)
    moved = moving.to_file() if is_to_file else moving.to_lake()
    rows = [[name, str(count)] for name, count in moved.rows.items() if count]
    say(aligned(["TABLE", "ROWS"], rows, right=[1]))
    say("every table holds the same rows there (checksums are equal)")
    say(f"what it came from is kept: {moved.kept}")
    say("now unset INSPECT_HISTORY" if is_to_file else f"now set INSPECT_HISTORY='{lake.address}' everywhere")
