"""Read-only SQL over the history, for people."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from inspect_pipelines.errors import Unreadable, UsageError
from inspect_pipelines.ports.history import Table
from resources.history.connection import MEMORY, open_reading

if TYPE_CHECKING:
    import pandas as pd

FETCHED_AT_ONCE = 1000  # rows: between two such steps an interrupt is noticed
ELSEWHERE = (
    "ask for less, or open the published copy in your own DuckDB, which has no limits "
    "(inspect-pipelines history path)"
)
READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.MULTI)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a person's query may take."""

    seconds: float = 60.0
    rows: int = 200_000
    memory: str = MEMORY


def run(sql: str, path: Path, limits: Limits = Limits()) -> Table:
    """The answer of one reading statement over a copy of the history.

    DuckDB works in a thread of its own: Ctrl-C and the clock end it at once, however deep in its work it is.

    Raises:
        UsageError: It is wrong, would write, reaches beyond the history, or takes more than it may.
        Unreadable: The copy is damaged.
    """
    with _opened(path, limits.memory) as connection, ThreadPoolExecutor(max_workers=1) as worker:
        statement = _one_reading_statement(connection, sql)
        asked = worker.submit(_answer, connection, statement, limits)
        try:
            return asked.result(timeout=limits.seconds)
        except TimeoutError as error:
            raise UsageError(
                f"the query took longer than {limits.seconds:g} s and was ended; {ELSEWHERE}"
            ) from error
        finally:
            while not asked.done():  # an interrupt before its first step is not noticed
                connection.interrupt()
                wait([asked], timeout=0.05)


def _answer(connection: duckdb.DuckDBPyConnection, statement: duckdb.Statement, limits: Limits) -> Table:
    try:
        answer = connection.execute(statement)
        columns = tuple(column[0] for column in answer.description or ())
        rows: list[tuple[object, ...]] = []
        while some := answer.fetchmany(FETCHED_AT_ONCE):
            rows += some
            if len(rows) > limits.rows:
                raise UsageError(
                    f"the query has more than {limits.rows:,} rows; give it a LIMIT; {ELSEWHERE}"
                )
        return Table(columns, tuple(rows))
    except duckdb.PermissionException as error:
        raise UsageError(
            f"the query reaches beyond the run history: {_first_line(error)}; for that open the published copy "
            "in your own DuckDB (inspect-pipelines history path)"
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise UsageError(f"the query takes more than {limits.memory} of memory; {ELSEWHERE}") from error
    except duckdb.Error as error:
        raise UsageError(f"the query failed: {str(error).strip()}") from error


def frame(statement: str, parameters: Mapping[str, str | int], path: Path) -> pd.DataFrame:
    """The answer of a statement of ours over a copy of the history, computed by DuckDB and handed to pandas whole.

    Raises:
        Unreadable: The copy is damaged.
    """
    with _opened(path, MEMORY) as connection:
        return connection.execute(statement, dict(parameters)).df()


def _opened(path: Path, memory: str) -> duckdb.DuckDBPyConnection:
    try:
        return open_reading(path, memory=memory)
    except duckdb.Error as error:
        raise Unreadable(
            f"the copy of the run history {str(path)!r} cannot be read: {_first_line(error)}; "
            "delete it, the next query makes a new one"
        ) from error


def _one_reading_statement(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.Statement:
    try:
        found = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise UsageError(f"the query is not SQL: {str(error).strip()}") from error
    if len(found) != 1:
        how_many = "no statement" if not found else f"{len(found)} statements"
        raise UsageError(f"the query holds {how_many}; history sql takes exactly one")
    if found[0].type not in READING:
        raise UsageError(
            f"the query would do more than read ({found[0].type.name}); history sql takes SELECT, WITH, FROM, "
            "DESCRIBE, SHOW, SUMMARIZE, PIVOT and EXPLAIN; to change a copy, open the published one in your own DuckDB "
            "(inspect-pipelines history path)"
        )
    return found[0]


def _first_line(error: duckdb.Error) -> str:
    return str(error).strip().partition("\n")[0]
