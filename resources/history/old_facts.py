"""What the published copy holds of a time that is over: which months, how many runs, and how much room they take."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb

from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.errors import Unreadable
from inspect_pipelines.ports.history import OldFacts
from resources.history.lake import Lake
from resources.history.lake_connection import told_of_lake
from resources.history.reader import Reader

OF_RUNS = ("sessions", "steps", "screenshots", "comparisons", "findings")
MONTHS = """
SELECT DISTINCT date_trunc('month', happened_at AT TIME ZONE 'UTC') FROM (
    SELECT completed_at AS happened_at FROM automated_runs WHERE org_id = $org_id AND completed_at < $before
    UNION ALL SELECT created_at FROM notifications WHERE org_id = $org_id AND created_at < $before
    UNION ALL SELECT received_at FROM events WHERE org_id = $org_id AND received_at < $before
    UNION ALL SELECT resolved_at FROM incidents WHERE org_id = $org_id AND resolved_at < $before
) ORDER BY 1
"""
OLD = "FROM internal.automated_runs WHERE org_id = $org_id AND completed_at < $before"
SIZE = "SELECT used_blocks * block_size FROM pragma_database_size() WHERE database_name = 'history'"
SIZE_OF_LAKE = "SELECT coalesce(sum(file_size_bytes), 0)::BIGINT FROM ducklake_table_info('history')"


def old_facts(reader: Reader, org_id: OrgId, before: datetime) -> OldFacts:
    """As `ports.History.old_facts`, of this copy."""
    of = {"org_id": org_id, "before": before}
    try:
        with reader.asking() as cursor:
            months = [row[0].replace(tzinfo=UTC) for row in cursor.execute(MONTHS, of).fetchall()]
            if not months:
                return OldFacts()
            runs = _number(cursor, f"SELECT count(*) {OLD}", of)
            rows, every = runs, _number(cursor, "SELECT count(*) FROM internal.automated_runs")
            for name in OF_RUNS:
                mine = f"SELECT count(*) FROM internal.{name} WHERE run_seq IN (SELECT run_seq {OLD})"  # noqa: S608 - our own tables
                rows += _number(cursor, mine, of)
                every += _number(cursor, f"SELECT count(*) FROM internal.{name}")  # noqa: S608 - our own tables
            size = _number(cursor, SIZE_OF_LAKE if isinstance(reader.path, Lake) else SIZE)
    except duckdb.Error as error:
        if isinstance(reader.path, Lake):
            raise told_of_lake(error, reader.path) from error
        raise Unreadable(
            f"the copy of the run history {str(reader.path)!r} cannot be read: {str(error).splitlines()[0]}; "
            "delete it, the next query makes a new one"
        ) from error
    return OldFacts(tuple(months), runs, size * rows // max(every, 1))


def _number(cursor: duckdb.DuckDBPyConnection, statement: str, of: dict[str, object] | None = None) -> int:
    found = cursor.execute(statement, of).fetchone()
    assert found is not None
    return int(found[0])
