"""Upkeep of a lake: many small files into few, and files that no reader can have open any more off the storage."""

from __future__ import annotations

from datetime import datetime, timedelta

import duckdb

from resources.history.lake import SCHEMA
from resources.history.sorting import sort_a_slice

READ_FOR = timedelta(hours=1)  # for so long somebody may still read what was the newest state
SLICES = 4  # of one turn, in which nothing else is taken in


def tidy(connection: duckdb.DuckDBPyConnection, now: datetime) -> None:
    """Of the lake that is used; each step is a commit of its own, so that a kill between two of them harms nothing."""
    for _ in range(SLICES):
        if not sort_a_slice(connection, now):
            break
    merge(connection)
    forget(connection, now - READ_FOR)


def merge(connection: duckdb.DuckDBPyConnection) -> None:
    """Write rows that lie in the catalogue into files, and small files into larger ones."""
    connection.execute("CALL ducklake_flush_inlined_data('history')")
    connection.execute("CALL ducklake_rewrite_data_files('history')")
    connection.execute("CALL ducklake_merge_adjacent_files('history')")


def forget(connection: duckdb.DuckDBPyConnection, before: datetime) -> None:
    """Let go of states of before that moment, and of files that are only theirs, or nobody's after a kill."""
    at = {"before": before}
    connection.execute("CALL ducklake_expire_snapshots('history', older_than => $before)", at)
    connection.execute("CALL ducklake_cleanup_old_files('history', older_than => $before)", at)
    if not _has_others(connection):  # whose files are nobody's in this catalogue
        connection.execute("CALL ducklake_delete_orphaned_files('history', older_than => $before)", at)


def _has_others(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether a lake that was put aside is kept in the same database, and so among the same files."""
    named = "SELECT nspname FROM pg_namespace"
    found = connection.execute(
        f"SELECT count(*) FROM postgres_query('__ducklake_metadata_history', '{named}') WHERE starts_with(nspname, $begin)",  # noqa: S608
        {"begin": f"{SCHEMA}_"},
    ).fetchone()
    return found != (0,)


def size_of(connection: duckdb.DuckDBPyConnection) -> int:
    """Bytes of the files of the state of now."""
    found = connection.execute(
        "SELECT coalesce(sum(file_size_bytes + delete_file_size_bytes), 0)::BIGINT FROM ducklake_table_info('history')"
    ).fetchone()
    return int(found[0]) if found else 0
