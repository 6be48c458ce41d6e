"""`inspect-pipelines history`: SQL over the run history, where its file is, how it is looked after."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from inspect_pipelines.cli.choice import chosen_client, chosen_house, named_org, refuse_server
from inspect_pipelines.cli.group import Group
from inspect_pipelines.cli.moving import move
from inspect_pipelines.cli.output import say, say_json
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.cli.upkeep import backup, export_, prune, restore, vacuum
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from inspect_pipelines.errors import UsageError
from inspect_pipelines.ports.history import Parameter, Table
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.json_shape import rfc3339
from inspect_pipelines.wiring import house

if TYPE_CHECKING:
    from inspect_pipelines.client.client import Client

CELL_MAX = 60  # characters of a cell in the aligned table; --json and --csv are whole
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would compute a text that begins so


@click.group(cls=Group)
def history() -> None:
    """Query the run history with SQL, and look after it."""


for _command in (prune, vacuum, backup, restore, export_, move):
    history.add_command(_command)


@history.command()
@click.argument("query", required=False)
@click.option("--json", "form", flag_value="json", help="One JSON array of objects.")
@click.option("--csv", "form", flag_value="csv", help="CSV that a spreadsheet opens safely.")
@click.option("--parquet", "file", metavar="FILE", help="A Parquet file, however many rows there are.")
def sql(query: str | None, form: str | None, file: str | None) -> None:
    """Run one reading statement, or ask for them at a prompt.

    For example "SELECT status, count(*) FROM automated_runs GROUP BY ALL".

    With --server it is the server's answer, for 10 s and 10,000 rows at most.

    Tables: automated_runs, sessions, steps, screenshots, comparisons, findings, baselines, schedules, triggers, incidents,
    notifications, events, schedule_last_run, daily_rollup; flaky_views, flaky_steps and step_timings answer at once. What a column is: "SELECT
    column_name, comment FROM duckdb_columns() WHERE table_name = 'automated_runs' AND schema_name = 'main'".
    """
    if query is not None:
        _answer(Settings(), query, form, file)
    elif file is not None:
        raise UsageError(
            f"name the query whose answer goes to {file!r}: history sql --parquet {file} 'SELECT ..'"
        )
    elif not sys.stdin.isatty():
        raise UsageError("name a query, for example: history sql 'SELECT count(*) FROM automated_runs'")
    else:
        _converse(Settings())


@history.command()
@click.option("--json", "is_json", is_flag=True, help="One JSON array of objects.")
def queries(is_json: bool) -> None:
    """List the questions that have a name.

    `history report NAME` answers one; each is a file of SQL.
    """
    found = house(Settings()).history.queries()
    if is_json:
        say_json(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2))
        return
    for one in found:
        say(" ".join([one.name, *(_parameter(each) for each in one.parameters)]))
        say(f"    {one.says}")


@history.command()
@click.argument("name")
@click.argument("values", nargs=-1, metavar="[KEY=VALUE]...")
@click.option("--json", "form", flag_value="json", help="One JSON array of objects.")
@click.option("--csv", "form", flag_value="csv", help="CSV that a spreadsheet opens safely.")
@click.option("--parquet", "file", metavar="FILE", help="A Parquet file.")
@click.option("--sql", "is_shown", is_flag=True, help="Print the SQL instead of asking it.")
def report(name: str, values: tuple[str, ...], form: str | None, file: str | None, is_shown: bool) -> None:
    """Answer a question that has a name.

    For example: history report flakiest days=7. Which there are and what they take: history queries.
    """
    settings = Settings()
    given = {}
    for one in values:
        key, equals, value = one.partition("=")
        if not equals:
            raise UsageError(f"{one!r} is no KEY=VALUE; for example: history report {name} days=7")
        given[key] = value
    statement = house(settings).history.statement(_whose(settings), name, given)
    if is_shown:
        say(statement)
    else:
        _answer(settings, statement, form, file)


@history.command()
def path() -> None:
    """Print the path of the published copy.

    It is yours to open with duckdb or pandas, at any time.
    """
    say(_here("the published copy is a file of that machine").history.url())


@history.command()
def rebuild() -> None:
    """Make the history anew when its file is damaged.

    From its last publication and the ledger; the old file is kept.
    """
    say(_here("the damaged file is on that machine").history.rebuild())


def _converse(settings: Settings) -> None:
    from prompt_toolkit.history import (  # 0.1 s that a single query need not wait for
        FileHistory,
        InMemoryHistory,
    )

    from inspect_pipelines.cli.sql_prompt import converse

    client = chosen_client(settings)
    run = settings.absolute_home() / "run"
    if client is None and run.is_dir():
        asked = run / "asked.sql"
        asked.touch(mode=0o600)
        here = house(settings).history
        converse(here.query, FORMS, say, history=FileHistory(str(asked)), save=here.save)
    else:
        ask = house(settings).history.query if client is None else partial(_asked, client)
        converse(ask, FORMS, say, history=InMemoryHistory())


def _answer(settings: Settings, query: str, form: str | None, file: str | None) -> None:
    if file is not None:
        _save(settings, query, form, file)
        return
    client = chosen_client(settings)
    table = house(settings).history.query(query) if client is None else _asked(client, query)
    if form == "json":
        say_json(as_json(table), nl=False)
    else:
        say(FORMS[form or "aligned"](table), nl=False)


def _whose(settings: Settings) -> OrgId:
    """Of which organisation a named question is asked: on a server of the one that the token is of."""
    client = chosen_client(settings)
    if client is None:
        return chosen_house(settings).org_id
    return client.auth.me().organization or OrgId(named_org(settings) or DEFAULT_ORG)


def _save(settings: Settings, query: str, form: str | None, file: str) -> None:
    if form is not None:
        raise UsageError(f"--parquet and --{form} exclude each other; leave one out")
    refuse_server(
        settings, "Parquet is written from the published copy there; take --csv or --json of a server"
    )
    rows = house(settings).history.save(query, file)
    say(f"saved {rows:,} {'row' if rows == 1 else 'rows'} to {file}")


def _parameter(one: Parameter) -> str:
    return one.name.upper() if one.default is None else f"{one.name}={one.default}"


def _here(why: str) -> House:
    settings = Settings()
    refuse_server(settings, why)
    return house(settings)


def _asked(client: Client, query: str) -> Table:
    """A server's answer, which is about the organisation of the token."""
    answered = client.history.query(sql=query)
    return Table(tuple(one.name for one in answered.columns), answered.rows)


def as_aligned(table: Table) -> str:
    """A table for eyes: columns padded, numbers to the right, long cells cut with an ellipsis, the row count below."""
    cells = [[_shown(value) for value in row] for row in table.rows]
    numbers = [
        at
        for at in range(len(table.columns))
        if any(_is_number(row[at]) for row in table.rows)
        and all(row[at] is None or _is_number(row[at]) for row in table.rows)
    ]
    count = "1 row" if len(table.rows) == 1 else f"{len(table.rows)} rows"
    return f"{aligned(table.columns, cells, right=numbers, is_ruled=True)}\n({count})\n"


def as_json(table: Table) -> str:
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    return json.dumps(rows, ensure_ascii=False, indent=2, default=_plain) + "\n"


def as_csv(table: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_defused(name) for name in table.columns])
    writer.writerows([[_defused(value) for value in row] for row in table.rows])
    return out.getvalue()


FORMS: dict[str, Callable[[Table], str]] = {"aligned": as_aligned, "json": as_json, "csv": as_csv}


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    text = " ".join(_text(value).split())
    return text if len(text) <= CELL_MAX else text[: CELL_MAX - 1] + "…"


def _defused(value: Any) -> Any:
    if value is None or _is_number(value):
        return value
    text = _text(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _text(value: Any) -> str:
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    return str(_plain(value))


def _plain(value: Any) -> str:
    """What JSON has no word for: times in RFC 3339 UTC, the rest as text."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return rfc3339(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
