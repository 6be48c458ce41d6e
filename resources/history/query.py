"""Read-only SQL over the history, for people."""

from __future__ import annotations

from pathlib import Path

import duckdb

from inspect_pipelines.errors import Unreadable, UsageError
from inspect_pipelines.ports.history import Table
from resources.history.connection import open_reading

READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.MULTI)


def run(sql: str, path: Path) -> Table:
    """The answer of one reading statement over a copy of the history.

    Raises:
        UsageError: It is wrong, would write, or reaches beyond the history.
        Unreadable: The copy is damaged.
    """
    try:
        connection = open_reading(path)
    except duckdb.Error as error:
        raise Unreadable(
            f"the copy of the run history {str(path)!r} cannot be read: {_first_line(error)}; "
            "delete it, the next query makes a new one"
        ) from error
    with connection:
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
