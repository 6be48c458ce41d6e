"""Read-only SQL over the history, for people."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from inspect_pipelines.errors import Unreadable, UsageError
from inspect_pipelines.ports.history import Table
from resources.history.connection import open_reading

if TYPE_CHECKING:
    import pandas as pd

READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.MULTI)


def run(sql: str, path: Path) -> Table:
    """The answer of one reading statement over a copy of the history.

    Raises:
        UsageError: It is wrong, would write, or reaches beyond the history.
        Unreadable: The copy is damaged.
    """
    with _opened(path) as connection:
        statement = _one_reading_statement(connection, sql)
        try:
            answer = connection.execute(statement)
            columns = tuple(column[0] for column in answer.description or ())
            return Table(columns, tuple(tuple(row) for row in answer.fetchall()))
        except duckdb.PermissionException as error:
            raise UsageError(
                f"the query reaches beyond the run history: {_first_line(error)}; for that open the published copy "
                "in your own DuckDB (inspect-pipelines history path)"
            ) from error
        except duckdb.Error as error:
            raise UsageError(f"the query failed: {str(error).strip()}") from error


def frame(statement: str, parameters: Mapping[str, str | int], path: Path) -> pd.DataFrame:
    """The answer of a statement of ours over a copy of the history, computed by DuckDB and handed to pandas whole.

    Raises:
        Unreadable: The copy is damaged.
    """
    with _opened(path) as connection:
        return connection.execute(statement, dict(parameters)).df()


def _opened(path: Path) -> duckdb.DuckDBPyConnection:
    try:
        return open_reading(path)
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
