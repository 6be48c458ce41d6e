"""`python -m resources.history.part`: one organisation's rows as a file of their own, made by a process beside the others."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import duckdb

from inspect_pipelines.domain.ids import OrgId
from resources.history.connection import open_copying, quoted

TABLES = """
    SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = '{database}' AND NOT internal
"""
VIEWS = "SELECT view_name, sql FROM duckdb_views() WHERE database_name = 'whole' AND NOT internal"
COMMENTS = """
    SELECT 'TABLE', table_name, comment FROM duckdb_tables() WHERE {where}
    UNION ALL SELECT 'VIEW', view_name, comment FROM duckdb_views() WHERE {where}
    UNION ALL SELECT 'COLUMN', concat(table_name, '"."', column_name), comment FROM duckdb_columns() WHERE {where}
"""
FOR_PEOPLE = "main"  # the schema; what the program keeps for itself lies in another, and belongs to nobody
WAITING = "unread"  # facts of kinds that this version does not know, of any organisation


def holds_only(connection: duckdb.DuckDBPyConnection, org_id: OrgId, *, database: str = "history") -> bool:
    """Whether there is no row of another organisation in a file, however it came there."""
    for schema, name in connection.execute(TABLES.format(database=database)).fetchall():
        address = f'{database}."{schema}"."{name}"'
        if schema == FOR_PEOPLE:
            others = connection.execute(
                f"SELECT 1 FROM {address} WHERE org_id IS DISTINCT FROM $org_id LIMIT 1",  # noqa: S608 - our own tables
                {"org_id": org_id},
            )
        elif name == WAITING:
            others = connection.execute(f"SELECT 1 FROM {address} LIMIT 1")  # noqa: S608 - our own tables
        else:
            continue
        if others.fetchone():
            return False
    return True


def make(snapshot: Path, target: Path, org_id: OrgId) -> None:
    """Copy an organisation's rows out of a published copy, and the views over them; put in place by rename."""
    new = target.with_name(f"{target.name}.{os.getpid()}.new")
    new.unlink(missing_ok=True)
    with open_copying(snapshot, new) as connection:
        for schema, name in connection.execute(TABLES.format(database="whole")).fetchall():
            if schema == FOR_PEOPLE:
                connection.execute(
                    f'CREATE TABLE "{name}" AS SELECT * FROM whole."{schema}"."{name}" WHERE org_id = $org_id',  # noqa: S608
                    {"org_id": org_id},
                )
        for _, view in connection.execute(VIEWS).fetchall():
            connection.execute(view)
        where = f"database_name = 'whole' AND schema_name = '{FOR_PEOPLE}' AND comment IS NOT NULL"
        for kind, name, comment in connection.execute(COMMENTS.format(where=where)).fetchall():
            connection.execute(f"COMMENT ON {kind} \"{name}\" IS '{quoted(comment)}'")
        connection.execute("USE memory")
        connection.execute("DETACH part")  # which writes it whole
    new.replace(target)


if __name__ == "__main__":
    os.nice(10)
    make(Path(sys.argv[1]), Path(sys.argv[2]), OrgId(sys.argv[3]))
