"""A lake's tables: those of a file, by the same migrations."""

from __future__ import annotations

import duckdb

from resources.history import migrations

# Rows that a commit would write as a file of their own may lie in the catalogue instead. Texts from pages must not:
# PostgreSQL takes no zero byte. What each commit changes does, and it is numbers of ours.
INLINED_ROWS = 100
INLINED = ("applied", "sorted_months")


def make_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Of the lake that is used; what is there already stays."""
    if migrations.migrate(connection, migrations.known(), is_lake=True):
        connection.execute("CALL history.set_option('data_inlining_row_limit', 0)")
        for name in INLINED:
            connection.execute(
                f"CALL history.set_option('data_inlining_row_limit', {INLINED_ROWS}, schema => 'internal', table_name => '{name}')"
            )
