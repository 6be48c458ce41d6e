from __future__ import annotations

import re

import duckdb
import pytest

from inspect_pipelines.errors import Refused
from resources.history import migrations
from resources.history.migrations import Migration


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        yield connection


def versions(connection):
    return connection.execute("SELECT version FROM internal.schema_migrations ORDER BY version").fetchall()


def test_each_migration_is_applied_once(connection):
    first, second = Migration(1, "CREATE TABLE a (x INTEGER)"), Migration(2, "CREATE TABLE b (x INTEGER)")

    migrations.migrate(connection, [first])
    migrations.migrate(connection, [first, second])
    migrations.migrate(connection, [first, second])

    assert versions(connection) == [(1,), (2,)]
    assert connection.execute("SELECT count(*) FROM b").fetchone() == (0,)


def test_a_migration_that_fails_halfway_changes_nothing(connection):
    halfway = Migration(1, "CREATE TABLE a (x INTEGER); CREATE TABLE a (x INTEGER)")

    with pytest.raises(duckdb.CatalogException):
        migrations.migrate(connection, [halfway])

    assert versions(connection) == []
    migrations.migrate(connection, [Migration(1, "CREATE TABLE a (x INTEGER)")])
    assert versions(connection) == [(1,)]


def test_a_migration_edited_after_it_was_applied_is_refused(connection):
    migrations.migrate(connection, [Migration(1, "CREATE TABLE a (x INTEGER)")])

    with pytest.raises(Refused, match="migration 0001 of the run history was edited"):
        migrations.migrate(connection, [Migration(1, "CREATE TABLE a (x BIGINT)")])


def test_a_history_of_a_newer_version_is_refused(connection):
    first, second = Migration(1, "CREATE TABLE a (x INTEGER)"), Migration(2, "CREATE TABLE b (x INTEGER)")
    migrations.migrate(connection, [first, second])

    with pytest.raises(Refused, match="schema version 2, written by a newer inspect-pipelines"):
        migrations.migrate(connection, [first])


def test_our_migrations_are_numbered_without_gaps_and_make_no_index():
    """DuckDB's replay of indexes from the WAL has corrupted files (its issues 15836, 18732, 23645)."""
    known = migrations.known()

    assert [migration.version for migration in known] == list(range(1, len(known) + 1))
    for migration in known:
        statements = re.sub(r"--.*", "", migration.sql)
        assert not re.search(r"PRIMARY KEY|UNIQUE|INDEX|REFERENCES", statements, re.IGNORECASE)
