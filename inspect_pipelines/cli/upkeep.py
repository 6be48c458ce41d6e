"""`history prune`: what the sweep of each night does, now, or only told."""

from __future__ import annotations

import click

from inspect_pipelines.cli.choice import refuse_server
from inspect_pipelines.cli.output import print_json, say, user_name
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.usecases.history.sweep import Swept, sweep
from inspect_pipelines.wiring import estate


@click.command()
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Only say what would go, for every kind.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def prune(is_dry_run: bool, as_json: bool) -> None:
    """Let go what is older than organization.yaml keeps it (`retention`).

    Of every organisation of this home; Dagster does it each night. Facts stay in the history for ever.
    """
    settings = Settings()
    refuse_server(settings, "what it keeps is on that machine, where Dagster prunes each night")
    ours = estate(settings)
    houses = ours.houses()
    if not houses:
        say(
            "nothing was applied to this home yet, so nobody has said how long what is kept: nothing was pruned"
        )
        return
    done = sweep(houses, now=ours.clock.now(), by=f"user:{user_name()}", is_dry_run=is_dry_run)
    if as_json:
        print_json(done)
    else:
        say(told(done, is_dry_run=is_dry_run))


def told(done: Swept, *, is_dry_run: bool = False) -> str:
    """A sweep as a table, and what of the gallery stays."""
    rows = [[str(one.count), one.kind.value, megabytes(one.size_bytes)] for one in done.gone]
    table = aligned(["WOULD GO" if is_dry_run else "GONE", "KIND", "SIZE"], rows, right=[0, 2])
    return f"{table}\n{done.kept} pictures and files are referred to and stay"


def megabytes(size_bytes: int) -> str:
    """`1.2 MB`; nothing where nobody can tell."""
    return f"{size_bytes / 1e6:,.1f} MB" if size_bytes else ""
