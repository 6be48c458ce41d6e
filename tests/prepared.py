"""A ledger that is migrated already, copied for each test: every migration anew was a fifth of the suite's time."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

import templates
from postgres import new_schema
from resources.ledger import schema
from resources.ledger.store import SqlLedgers, create_ledgers


def prepared_ledgers(path: Path) -> SqlLedgers:
    """The ledgers in a SQLite file, which is made if there is none: empty, at the newest version, with an epoch of its own."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(templates.ledger())
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE journal_numbers SET epoch = ?", (uuid4().hex,))
    return create_ledgers(path)


def prepare(home: Path) -> None:
    """Put such a ledger into a home, for whatever builds a house over it."""
    prepared_ledgers(home / "ledger.db").close()


def prepared_postgres(url: str) -> None:
    """Leave a PostgreSQL database as its migrations do; they are played once, and again after a test of them."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        if url not in _ROWS or not _is_migrated(connection, {*_ROWS[url]}):
            new_schema(url)
            ledgers = create_ledgers(url)
            ledgers.migrate()
            ledgers.close()
            _ROWS[url] = {
                name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in _tables(connection)
            }
        connection.execute(
            "SET session_replication_role = replica"
        )  # in whatever order they refer to each other
        for name in _tables(connection):
            connection.execute(
                f'DELETE FROM "{name}"' if name in _ROWS[url] else f'DROP TABLE "{name}" CASCADE'
            )
        for name, rows in _ROWS[url].items():
            for row in rows:
                connection.execute(f'INSERT INTO "{name}" VALUES ({", ".join(["%s"] * len(row))})', row)
        for (name,) in connection.execute("SELECT sequencename FROM pg_sequences").fetchall():
            connection.execute(f"ALTER SEQUENCE {name} RESTART")
        connection.execute("UPDATE journal_numbers SET epoch = %s", (uuid4().hex,))


_ROWS: dict[str, dict[str, list[tuple[Any, ...]]]] = {}  # what the migrations put into each table, by server


def _tables(connection: psycopg.Connection) -> list[str]:
    found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return [name for (name,) in found.fetchall()]


def _is_migrated(connection: psycopg.Connection, tables: set[str]) -> bool:
    if not tables <= {*_tables(connection)}:
        return False
    # A test of migrations leaves tables that the application's own role has made, whom no row security stops.
    others = "SELECT 1 FROM pg_tables WHERE schemaname = 'public' AND tableowner <> current_user"
    if connection.execute(others).fetchone():
        return False
    return connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(schema.HEAD,)]
