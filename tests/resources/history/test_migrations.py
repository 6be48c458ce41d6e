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


@pytest.mark.parametrize("version", range(1, len(migrations.known())))
def test_a_history_of_any_version_becomes_todays_and_keeps_its_runs(connection, version):
    known = migrations.known()
    migrations.migrate(connection, known[:version])
    schema, name = connection.execute(
        "SELECT schema_name, column_name FROM duckdb_columns() WHERE table_name = 'automated_runs' AND NOT internal "
        "AND column_name IN ('id', 'run_id') ORDER BY schema_name LIMIT 1"  # `internal` before `main`: the table, not its view
    ).fetchone()
    connection.execute(
        f"INSERT INTO {schema}.automated_runs BY NAME SELECT 1 AS run_seq, 'r' AS {name}, 'acme' AS org_id, "
        "'passed' AS status, TIMESTAMPTZ '2026-01-02 03:04:05Z' AS requested_at"
    )

    migrations.migrate(connection, known)

    told = connection.execute(
        "SELECT run_id, org_id, status, epoch(requested_at) FROM automated_runs"
    ).fetchall()
    assert told == [("r", "acme", "passed", 1767323045.0)]
    with duckdb.connect() as new:
        migrations.migrate(new, known)
        assert shape(connection) == shape(new)


def shape(connection):
    return connection.execute(
        "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal ORDER BY ALL"
    ).fetchall()


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
