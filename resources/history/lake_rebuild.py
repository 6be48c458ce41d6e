"""Make a lake anew: told once more what the ledger holds; one that has lost files is put aside whole, and a new one takes its place."""

from __future__ import annotations

from datetime import datetime

import duckdb

from inspect_pipelines.errors import NotFound
from resources.history.connection import open_catalogue, open_lake
from resources.history.lake import SCHEMA, Lake
from resources.history.lake_connection import told_of_lake
from resources.history.lake_live import LakeLive

# What DuckDB says of a file that is not there, or is not what was written. All else may be right again in a minute.
LOST = ("No such file", "No files found", "404", "NoSuchKey")
TORN = (duckdb.InvalidInputException, duckdb.SerializationException, duckdb.ConversionException)


def rebuild(lake: Lake, live: LakeLive, at: datetime) -> str:
    """Bring the lake and the ledger together, and say what was done, in one sentence; whoever calls holds the lease.

    Nothing is deleted: the catalogue of a lake that has lost a file gets another name, and its files stay where they are.

    Raises:
        Unavailable: It cannot be reached, or its files cannot be read now; nothing was changed.
        Refused: It is another ledger's, or was moved away.
    """
    lost = _lost(lake)
    if lost is None:
        told = live.tell_again()
        return f"the lake {lake} is whole; of {told} runs that the ledger holds and it lacked it was told again, and of every state"
    live.close()
    kept = f"{SCHEMA}_{at:%Y%m%dt%H%M%S}"
    _put_aside(lake, kept)
    seq = live.drain()
    return (
        f"the lake {lake} had lost a file ({lost}), so it was made anew from the ledger, up to row {seq} of its journal; the old one is "
        f"kept as the catalogue {kept!r} of the same database, with the files that it still has: what only that one held is "
        "there (docs/operating.md)"
    )


def _lost(lake: Lake) -> str | None:
    """What cannot be read of it any more; None: every table can be read to its end."""
    try:
        with open_lake(lake) as connection:
            tables = connection.execute(
                "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'history'"
            ).fetchall()
            for schema, name in tables:
                connection.execute(f'SELECT count(COLUMNS(*)) FROM "{schema}"."{name}"').fetchall()  # noqa: S608 - our own tables
    except NotFound:
        return None
    except duckdb.Error as error:
        first_line = str(error).strip().partition("\n")[0]
        if isinstance(error, TORN) or any(words in first_line for words in LOST):
            return first_line
        raise told_of_lake(error, lake) from error
    return None


def _put_aside(lake: Lake, name: str) -> None:
    """Another name for its catalogue: one step of PostgreSQL's."""
    with open_catalogue(lake) as connection:
        try:
            connection.execute(
                f"CALL postgres_execute('catalogue', 'ALTER SCHEMA {SCHEMA} RENAME TO {name}')"
            )
        except duckdb.Error as error:
            raise told_of_lake(error, lake) from error
