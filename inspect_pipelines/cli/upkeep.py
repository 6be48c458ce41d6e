"""`history prune|vacuum|backup|restore|export`: looking after what a home keeps."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from inspect_pipelines.cli.choice import refuse_server
from inspect_pipelines.cli.output import print_json, say, user_name
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.errors import Refused
from inspect_pipelines.usecases.history.sweep import Swept, sweep
from inspect_pipelines.wiring import estate
from inspect_pipelines.wiring import house as wired
from resources.backup import back_up, vacuum_ledgers
from resources.backup import restore as restore_from
from resources.clock import SystemClock


@click.command()
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Only say what would go, for every kind.")
@click.option("--trust-clock", is_flag=True, help="Also when the clock has leapt since the last sweep.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def prune(is_dry_run: bool, trust_clock: bool, as_json: bool) -> None:
    """Let go what was kept long enough (`retention`).

    As organization.yaml says it; of every organisation of this home; Dagster does it each night. Facts stay in the history for
    ever, unless `facts` says otherwise; `history export` writes them elsewhere before they go.
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
    done = sweep(
        houses,
        now=ours.clock.now(),
        by=f"user:{user_name()}",
        is_dry_run=is_dry_run,
        trusts_clock=trust_clock,
        payload_days=settings.payload_days,
    )
    if done.held:
        raise Refused(f"{done.held}; or now, with --trust-clock")
    if as_json:
        print_json(done)
    else:
        say(told(done, is_dry_run=is_dry_run))
    if done.problem:
        say(done.problem, err=True)


def told(done: Swept, *, is_dry_run: bool = False) -> str:
    """A sweep as a table, and what of the gallery stays."""
    rows = [[str(one.count), one.kind.value, megabytes(one.size_bytes)] for one in done.gone]
    table = aligned(["WOULD GO" if is_dry_run else "GONE", "KIND", "SIZE"], rows, right=[0, 2])
    return f"{table}\n{done.kept} pictures and files are referred to and stay"


def megabytes(size_bytes: int) -> str:
    """`1.2 MB`; nothing where nobody can tell."""
    return f"{size_bytes / 1e6:,.1f} MB" if size_bytes else ""


@click.command()
def vacuum() -> None:
    """Give the room of rows that went back to the disk.

    Of the history and, in SQLite, the ledger: both are written anew, which takes as much room again for a while. Stop
    `up` before.
    """
    settings = Settings()
    refuse_server(settings, "its files are on that machine")
    before, after = wired(settings).history.compact()
    say(f"history  {megabytes(before)} -> {megabytes(after)}")
    for name, was, now in vacuum_ledgers(settings.absolute_home()):
        say(f"{name}  {megabytes(was)} -> {megabytes(now)}")


@click.command()
@click.argument("target", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Overwrite FILE.")
def backup(target: Path, force: bool) -> None:
    """Write the whole home into one file, while runs go on.

    Ledger, history, pictures, evidence, reports, keys and logins: it opens what they open, so keep it as you keep those.
    Dagster's own log is not in it.
    """
    settings = Settings()
    refuse_server(settings, "its files are on that machine")
    if settings.history is not None:
        raise Refused(
            "the history is in a lake, which no backup of a home holds; take pg_dump of its database, and then a copy of its "
            "files (docs/operating.md says how)"
        )
    if target.exists() and not force:
        raise Refused(f"{str(target)!r} exists; write it over with --force, or name another file")
    done = back_up(settings.absolute_home(), target, at=SystemClock().now())
    say(
        f"{target}: {done.files} files, {megabytes(done.size_bytes)}; try it with: INSPECT_HOME=/elsewhere inspect-pipelines history restore {shlex.quote(str(target))}"
    )


@click.command()
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--force", is_flag=True, help="Also when INSPECT_HOME is not empty; what is there is kept beside it."
)
def restore(source: Path, force: bool) -> None:
    """Make INSPECT_HOME of a backup.

    All of it is checked first: a file that is damaged changes nothing.
    """
    settings = Settings()
    refuse_server(settings, "its files are on that machine")
    home = settings.absolute_home()
    done, kept = restore_from(source, home, is_forced=force, at=SystemClock().now())
    say(f"{home}: {done.files} files as of {done.made_at:%Y-%m-%d %H:%M} UTC")
    if kept is not None:
        say(f"what was there is kept as {kept}")
    say("look at it with: inspect-pipelines doctor")


@click.command("export")
@click.option(
    "--parquet",
    "folder",
    required=True,
    metavar="FOLDER",
    help="A new folder: one in it a table, and a file a month.",
)
def export_(folder: str) -> None:
    """Write every table as Parquet, by the month."""
    settings = Settings()
    refuse_server(settings, "ask it for rows with: inspect-pipelines history sql QUERY --csv")
    counts = wired(settings).history.export(folder)
    say(aligned(["TABLE", "ROWS"], [[name, str(count)] for name, count in counts.items()], right=[1]))
    say(f"DuckDB reads it as '{folder}/automated_runs/*/*.parquet'")
