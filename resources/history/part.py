"""`python -m resources.history.part`: one organisation's rows as a file of their own, made by a process beside the others."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import duckdb

from inspect_pipelines.domain.ids import OrgId
from resources.history.connection import open_copying, quoted
from resources.history.lake import Lake
from resources.history.tables import FOR_PEOPLE, OURS

# a table says itself whose its rows are, or by the run that they belong to; what does neither belongs to nobody
TABLES = """
    SELECT schema_name, table_name, bool_or(column_name = 'org_id'), bool_or(column_name = 'run_seq')
    FROM duckdb_columns() JOIN duckdb_tables() USING (database_name, schema_name, table_name)
    WHERE database_name = $database GROUP BY ALL ORDER BY ALL
"""
MACROS = """
    SELECT concat(schema_name, '.', function_name, '(', array_to_string(parameters, ', '), ') AS ', macro_definition)
    FROM duckdb_functions() WHERE database_name = 'whole' AND function_type = 'macro' AND NOT internal
"""
# those over tables come first: the others compute something out of them
VIEWS = """
    SELECT sql FROM duckdb_views() WHERE database_name = 'whole' AND NOT internal
    ORDER BY view_name NOT IN (
        SELECT table_name FROM duckdb_tables() WHERE database_name = 'whole' AND schema_name = 'internal'
    ), view_name
"""
COMMENTS = """
    WITH copied AS (SELECT schema_name, table_name AS name FROM duckdb_tables() WHERE database_name = 'part'
        UNION SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = 'part' AND NOT internal),
    told AS (
        SELECT schema_name, table_name AS name, 'TABLE' AS kind, '' AS more, comment FROM duckdb_tables() WHERE database_name = 'whole'
        UNION ALL SELECT schema_name, view_name, 'VIEW', '', comment FROM duckdb_views() WHERE database_name = 'whole'
        UNION ALL SELECT schema_name, table_name, 'COLUMN', concat('."', column_name, '"'), comment
            FROM duckdb_columns() WHERE database_name = 'whole'
    )
    SELECT concat(kind, ' "', schema_name, '"."', name, '"', more), comment FROM told JOIN copied USING (schema_name, name)
    WHERE comment IS NOT NULL
"""
MINE = "org_id = $org_id"
OF_MY_RUNS = "run_seq IN (SELECT run_seq FROM whole.internal.automated_runs WHERE org_id = $org_id)"
WAITING = "unread"  # facts of kinds that this version does not know, of any organisation


def holds_only(connection: duckdb.DuckDBPyConnection, org_id: OrgId, *, database: str = "history") -> bool:
    """Whether there is no row of another organisation in a file; what belongs to a run belongs to whom the run does."""
    for schema, name, names_owner, _ in connection.execute(TABLES, {"database": database}).fetchall():
        address = f'{database}."{schema}"."{name}"'
        if names_owner or schema == FOR_PEOPLE:
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


def make(whole: Path | Lake, target: Path, org_id: OrgId) -> None:
    """Copy an organisation's rows out of a published copy or a lake, and the views over them; put in place by rename."""
    new = target.with_name(f"{target.name}.{os.getpid()}.new")
    new.unlink(missing_ok=True)
    with open_copying(whole, new) as connection:
        connection.execute(f"CREATE SCHEMA {OURS}")
        for schema, name, names_owner, belongs_to_run in connection.execute(
            TABLES, {"database": "whole"}
        ).fetchall():
            if names_owner or belongs_to_run:
                connection.execute(
                    f'CREATE TABLE "{schema}"."{name}" AS SELECT * FROM whole."{schema}"."{name}" WHERE '  # noqa: S608
                    + (MINE if names_owner else OF_MY_RUNS),
                    {"org_id": org_id},
                )
        for (macro,) in connection.execute(MACROS).fetchall():
            connection.execute(f"CREATE MACRO {macro}")
        for (view,) in connection.execute(VIEWS).fetchall():
            connection.execute(view)
        for what, comment in connection.execute(COMMENTS).fetchall():
            connection.execute(f"COMMENT ON {what} IS '{quoted(comment)}'")
        connection.execute("USE memory")
        connection.execute("DETACH part")  # which writes it whole
    new.replace(target)


if __name__ == "__main__":
    os.nice(10)
    told = json.load(sys.stdin)  # and not as arguments, which everybody on this machine can read
    of = Lake(**told["lake"]) if "lake" in told else Path(told["file"])
    make(of, Path(told["target"]), OrgId(told["org_id"]))
