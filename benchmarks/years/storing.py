"""Rows of a past that was made up, stored as the projector stores those that are told."""

from __future__ import annotations

import duckdb

from resources.history.statements import statements

TOLD = {"automated_runs": "told_runs", "comparisons": "told_comparisons", "screenshots": "told_screenshots"}


def store_runs(connection: duckdb.DuckDBPyConnection, select: str, **given: object) -> None:
    """The runs that a statement makes, which names the columns it has something for."""
    _gather(connection, "automated_runs", select, given)
    connection.execute(statements()["insert_automated_runs"])
    connection.execute("DROP TABLE told_runs")


def store_comparisons(connection: duckdb.DuckDBPyConnection, select: str, **given: object) -> None:
    """The comparisons, of runs that are there; `is_same` says which pictures are byte for byte as approved."""
    _gather(connection, "screenshots", "SELECT 1 AS run_seq LIMIT 0", {})
    _gather(connection, "comparisons", select, given, "is_same BOOLEAN")
    for statement in ("remember_views", "gather_views", "insert_views", "keep_views", "insert_comparisons"):
        connection.execute(statements()[statement])
    for table in ("told_comparisons", "told_screenshots"):
        connection.execute(f"DROP TABLE {table}")


def _gather(
    connection: duckdb.DuckDBPyConnection, table: str, select: str, given: dict[str, object], *more: str
) -> None:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {TOLD[table]} AS FROM {table} LIMIT 0")
    for column in more:
        connection.execute(f"ALTER TABLE {TOLD[table]} ADD COLUMN {column} DEFAULT false")
    connection.execute(f"INSERT INTO {TOLD[table]} BY NAME {select}", given or None)
