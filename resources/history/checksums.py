"""Checksums: whether two files of the history, or a file and a lake, hold the same rows, whatever their order and however they are laid out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from resources.history.connection import open_reading
from resources.history.lake import Lake
from resources.history.tables import FOR_PEOPLE, OURS, books_of, tables_of

OWN_BOOKS = ("schema_migrations",)  # when each was applied differs


def checksums(path: Path | Lake) -> Mapping[str, tuple[int, int]]:
    """Of each table: how many rows, and the sum of their hashes.

    Raises:
        duckdb.Error: The file is damaged.
    """
    with open_reading(path) as connection:
        tables = [(FOR_PEOPLE, name) for name in tables_of(connection, "history")]
        books = [(OURS, name) for name in books_of(connection, "history") if name not in OWN_BOOKS]
        return checksums_of(connection, "history", [*tables, *books])


def checksums_of(
    connection: duckdb.DuckDBPyConnection, database: str, tables: Sequence[tuple[str, str]]
) -> Mapping[str, tuple[int, int]]:
    """The same of these tables (schema, name) of one of the databases of a connection."""
    return {
        f"{schema}.{name}": connection.execute(
            f'SELECT count(*), coalesce(sum(hash(one)::HUGEINT), 0) FROM {database}."{schema}"."{name}" AS one'  # noqa: S608 - our own tables
        ).fetchone()
        or (0, 0)
        for schema, name in tables
    }
