"""Read-only SQL over the history, for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import duckdb

from inspect_pipelines.errors import InspectError, Unavailable, Unreadable, UsageError
from inspect_pipelines.ports.history import Table
from resources.history.connection import MEMORY, open_reading
from resources.history.lake import Lake
from resources.history.lake_connection import told_of_lake

if TYPE_CHECKING:
    import pandas as pd

Done = TypeVar("Done")
FETCHED_AT_ONCE = 1000  # rows: between two such steps an interrupt is noticed
OWN_DUCKDB = "open the published copy in your own DuckDB"
HOW = "(inspect-pipelines history path)"
READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.MULTI)


@dataclass(frozen=True, slots=True)
class Advice:
    """What whoever asked for too much can do instead: clauses."""

    for_more: str = f"ask for less, or {OWN_DUCKDB}, which has no limits {HOW}"
    beyond: str = f"for that {OWN_DUCKDB} {HOW}"
    to_write: str = f"to change a copy, open the published one in your own DuckDB {HOW}"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a person's query may take."""

    seconds: float = 60.0
    rows: int = 200_000
    memory: str = MEMORY
    threads: int | None = None  # None: as many as there are cores
    advice: Advice = Advice()
    is_nameless: bool = False  # it does not learn where the copy lies


def run(sql: str, path: Path | Lake, limits: Limits = Limits()) -> Table:
    """The answer of one reading statement over a copy of the history.

    DuckDB works in a thread of its own: Ctrl-C and the clock end it at once, however deep in its work it is.

    Raises:
        UsageError: It is wrong, would write, reaches beyond the history, or takes more than it may.
        Unreadable: The copy is damaged.
    """
    with opened(path, limits) as connection:
        return ask(connection, sql, limits)


def ask(connection: duckdb.DuckDBPyConnection, sql: str, limits: Limits) -> Table:
    """The same of a copy that is open already.

    Raises:
        UsageError: As `run`.
    """
    statement = one_reading_statement(connection, sql, limits)
    return in_time(connection, limits, partial(_answer, connection, statement, limits))


def in_time(connection: duckdb.DuckDBPyConnection, limits: Limits, work: Callable[[], Done]) -> Done:
    """Do what DuckDB needs long for, in a thread of its own, until the clock or Ctrl-C ends it.

    Raises:
        UsageError: It took too long.
    """
    with ThreadPoolExecutor(max_workers=1) as worker:
        asked = worker.submit(work)
        try:
            return asked.result(timeout=limits.seconds)
        except TimeoutError as error:
            raise UsageError(too_slow(limits)) from error
        finally:
            while not asked.done():  # an interrupt before its first step is not noticed
                connection.interrupt()
                wait([asked], timeout=0.05)


def too_slow(limits: Limits) -> str:
    """What is said of a query that took its time."""
    return f"the query took longer than {limits.seconds:g} s and was ended; {limits.advice.for_more}"


def _answer(connection: duckdb.DuckDBPyConnection, statement: duckdb.Statement, limits: Limits) -> Table:
    try:
        answer = connection.execute(statement)
        described = answer.description or ()
        rows: list[tuple[object, ...]] = []
        while some := answer.fetchmany(FETCHED_AT_ONCE):
            rows += some
            if len(rows) > limits.rows:
                raise UsageError(
                    f"the query has more than {limits.rows:,} rows; give it a LIMIT; {limits.advice.for_more}"
                )
        return Table(
            tuple(column[0] for column in described),
            tuple(rows),
            tuple(str(column[1]) for column in described),
        )
    except duckdb.Error as error:
        raise refusal(error, limits) from error


def refusal(error: duckdb.Error, limits: Limits) -> InspectError:
    """Why a person's query was not answered, as a sentence."""
    if isinstance(error, duckdb.PermissionException):
        return UsageError(
            f"the query reaches beyond the run history: {_first_line(error)}; {limits.advice.beyond}"
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return UsageError(f"the query takes more than {limits.memory} of memory; {limits.advice.for_more}")
    if isinstance(error, duckdb.HTTPException):  # a lake's bucket
        return Unavailable(
            f"the files of the run history cannot be read now: {_first_line(error)}; see to their bucket and who asks it"
        )
    return UsageError(f"the query failed: {str(error).strip()}")


def frame(statement: str, parameters: Mapping[str, str | int], path: Path | Lake) -> pd.DataFrame:
    """The answer of a statement of ours over a copy of the history, computed by DuckDB and handed to pandas whole.

    Raises:
        Unreadable: The copy is damaged.
    """
    with opened(path, Limits()) as connection:
        return connection.execute(statement, dict(parameters)).df()


def opened(path: Path | Lake, limits: Limits, written: Path | None = None) -> duckdb.DuckDBPyConnection:
    try:
        return open_reading(
            path,
            memory=limits.memory,
            threads=limits.threads,
            is_nameless=limits.is_nameless,
            written=written,
        )
    except duckdb.Error as error:
        if isinstance(path, Lake):
            raise told_of_lake(error, path) from error
        raise Unreadable(
            f"the copy of the run history {str(path)!r} cannot be read: {_first_line(error)}; "
            "delete it, the next query makes a new one"
        ) from error


def one_reading_statement(
    connection: duckdb.DuckDBPyConnection, sql: str, limits: Limits
) -> duckdb.Statement:
    """What a person typed, when it is one statement that reads.

    Raises:
        UsageError: It is not.
    """
    try:
        found = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise UsageError(f"the query is not SQL: {str(error).strip()}") from error
    if len(found) != 1:
        how_many = "no statement" if not found else f"{len(found)} statements"
        raise UsageError(f"the query holds {how_many}; it takes exactly one")
    if found[0].type not in READING:
        raise UsageError(
            f"the query would do more than read ({found[0].type.name}); it may be SELECT, WITH, FROM, DESCRIBE, "
            f"SHOW, SUMMARIZE, PIVOT and EXPLAIN; {limits.advice.to_write}"
        )
    return found[0]


def _first_line(error: duckdb.Error) -> str:
    return str(error).strip().partition("\n")[0]
