"""The history's schema: numbered .sql files, each applied once, in its own transaction, then checkpointed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import duckdb

from inspect_pipelines.errors import Refused
from resources.history.schema import FOLDER, PATTERN

NO_SUCH_COMMENT = "Cannot comment on columns"  # of a view: DuckLake 1.0 keeps none


@dataclass(frozen=True, slots=True)
class Migration:
    version: int
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def known(folder: Path = FOLDER) -> list[Migration]:
    """The migrations `0001_name.sql`, `0002_..`, in order."""
    files = sorted(folder.glob(PATTERN))
    return [Migration(int(file.name[:4]), file.read_text(encoding="utf-8")) for file in files]


def migrate(
    connection: duckdb.DuckDBPyConnection, migrations: list[Migration], *, is_lake: bool = False
) -> bool:
    """Apply what is missing; whether anything was.

    Args:
        connection: To the history.
        migrations: All of them.
        is_lake: It is a lake, which has no WAL and no words about the columns of views.

    Raises:
        Refused: The file is newer than this program, or a migration was edited after it had been applied.
    """
    _keep_books(connection)
    applied = dict(connection.execute("SELECT version, checksum FROM internal.schema_migrations").fetchall())
    _refuse_strangers(applied, migrations)
    missing = [migration for migration in migrations if migration.version not in applied]
    for migration in missing:
        connection.begin()
        try:
            _run(connection, migration.sql, is_lake=is_lake)
            connection.execute(
                "INSERT INTO internal.schema_migrations VALUES (?, ?, now())",
                [migration.version, migration.checksum],
            )
        except duckdb.Error:
            connection.rollback()
            raise
        connection.commit()
    if missing and not is_lake:
        connection.execute("CHECKPOINT")  # replaying DDL from the WAL is where DuckDB has had its bugs
    return bool(missing)


def _run(connection: duckdb.DuckDBPyConnection, sql: str, *, is_lake: bool) -> None:
    if not is_lake:
        connection.execute(sql)
        return
    for statement in connection.extract_statements(sql):
        try:
            connection.execute(statement)
        except duckdb.BinderException as error:
            if NO_SUCH_COMMENT not in str(error):
                raise


def _keep_books(connection: duckdb.DuckDBPyConnection) -> None:
    """The table of what was applied, out of people's sight; up to version 4 it lay beside the others."""
    connection.begin()
    try:
        connection.execute("CREATE SCHEMA IF NOT EXISTS internal")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS internal.schema_migrations "
            "(version INTEGER, checksum VARCHAR, applied_at TIMESTAMPTZ)"
        )
        old = "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'main' AND table_name = 'schema_migrations'"
        if connection.execute(old).fetchone() != (0,):
            connection.execute("INSERT INTO internal.schema_migrations FROM main.schema_migrations")
            connection.execute("DROP TABLE main.schema_migrations")
    except duckdb.Error:
        connection.rollback()
        raise
    connection.commit()


def _refuse_strangers(applied: dict[int, str], migrations: list[Migration]) -> None:
    ours = {migration.version: migration.checksum for migration in migrations}
    newer = sorted(set(applied) - set(ours))
    if newer:
        raise Refused(
            f"the run history has schema version {newer[-1]}, written by a newer inspect-pipelines; "
            "install that version, or set INSPECT_HOME to another folder"
        )
    edited = [version for version, checksum in applied.items() if ours[version] != checksum]
    if edited:
        raise Refused(
            f"migration {edited[0]:04d} of the run history was edited after it had been applied; "
            "put its text back and write the change as a new migration"
        )
