"""Checksums: whether two files of the history hold the same rows, whatever their order and however they are laid out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from resources.history.connection import open_reading

OWN_BOOKS = ("schema_migrations",)  # when each was applied differs


def checksums(path: Path) -> Mapping[str, tuple[int, int]]:
    """Of each table: how many rows, and the sum of their hashes.

    Raises:
        duckdb.Error: The file is damaged.
    """
    with open_reading(path) as connection:
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'history' ORDER BY ALL"
        ).fetchall()
        return {
            f"{schema}.{name}": connection.execute(
                f'SELECT count(*), coalesce(sum(hash(one)::HUGEINT), 0) FROM "{schema}"."{name}" AS one'  # noqa: S608 - our own tables
            ).fetchone()
            or (0, 0)
            for schema, name in tables
            if name not in OWN_BOOKS
        }
