"""Which tables a file of the history has for people: those of `main`, and views there over a table of the same name in `internal`."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

FOR_PEOPLE = "main"  # the schema; how the program keeps its facts lies in another
OURS = "internal"
NAMED = """
SELECT table_name FROM duckdb_tables() WHERE database_name = $database AND schema_name = 'main'
UNION
SELECT view_name FROM duckdb_views()
WHERE database_name = $database AND schema_name = 'main' AND view_name IN (
    SELECT table_name FROM duckdb_tables() WHERE database_name = $database AND schema_name = 'internal'
)
ORDER BY 1
"""
BOOKS = """
SELECT table_name FROM duckdb_tables()
WHERE database_name = $database AND schema_name = 'internal' AND table_name <> 'views' AND table_name NOT IN (
    SELECT view_name FROM duckdb_views() WHERE database_name = $database AND schema_name = 'main'
)
ORDER BY 1
"""


def tables_of(connection: duckdb.DuckDBPyConnection, database: str) -> Sequence[str]:
    """What people find, without the views that compute something."""
    return [name for (name,) in connection.execute(NAMED, {"database": database}).fetchall()]


def books_of(connection: duckdb.DuckDBPyConnection, database: str) -> Sequence[str]:
    """What the program keeps for itself, without what those tables are made of."""
    return [name for (name,) in connection.execute(BOOKS, {"database": database}).fetchall()]
