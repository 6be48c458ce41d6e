"""The history as Parquet, a folder a table and a file a month: what any other program reads, for as long as there are any."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import duckdb

from inspect_pipelines.errors import Refused, Unavailable, UsageError
from resources.history.connection import NO_ROOM, open_whole, quoted
from resources.history.lake import Lake
from resources.history.tables import tables_of

# When what a row tells happened: its month. What has none of them (definitions) is one file.
MOMENTS = (
    "scheduled_at",
    "compared_at",
    "found_at",
    "taken_at",
    "played_at",
    "started_at",
    "received_at",
    "opened_at",
    "created_at",
)
ONE_FILE = ("schedules", "triggers")


def export(snapshot: Path | Lake, target: Path) -> Mapping[str, int]:
    """Every table of the published history under a new folder; how many rows each has.

    Args:
        snapshot: The published copy, or the lake.
        target: Made; it must not be there, or be empty.

    Raises:
        Refused: There is something already.
        UsageError: The folder cannot be made.
        Unavailable: The disk is full; nothing stays.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Refused(
            f"{str(target)!r} is not empty; name another folder, an export never adds to an older one"
        )
    unfinished = target.with_name(f".{target.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        unfinished.mkdir(parents=True)
        with open_whole(snapshot) as connection:
            counts = {
                name: _table(connection, name, unfinished / name) for name in tables_of(connection, "whole")
            }
        if target.exists():
            target.rmdir()
        unfinished.rename(target)
    except duckdb.Error as error:
        if any(words in str(error) for words in NO_ROOM):
            raise Unavailable(
                f"the history cannot be exported to {str(target)!r}: {str(error).splitlines()[0]}; make room and try again"
            ) from error
        raise
    except OSError as error:
        raise UsageError(f"{str(target)!r} cannot be made: {error.strerror}; name another folder") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return counts


def _table(connection: duckdb.DuckDBPyConnection, name: str, folder: Path) -> int:
    columns = connection.execute(
        "SELECT column_name FROM duckdb_columns() WHERE database_name = 'whole' AND schema_name = 'main' AND table_name = $name",
        {"name": name},
    ).fetchall()
    known = {column for (column,) in columns}
    moment = next((one for one in MOMENTS if one in known and name not in ONE_FILE), None)
    folder.mkdir()
    if moment is None:
        query, how = f'SELECT * FROM whole."{name}"', ""  # noqa: S608 - our own tables
        target = folder / f"{name}.parquet"
    else:
        query = (
            f"""SELECT *, strftime("{moment}", '%Y-%m') AS month FROM whole."{name}" ORDER BY "{moment}" """  # noqa: S608 - our own tables
        )
        how, target = ", PARTITION_BY (month), OVERWRITE_OR_IGNORE", folder
    connection.execute(f"COPY ({query}) TO '{quoted(target)}' (FORMAT parquet, COMPRESSION zstd{how})")
    count = connection.execute(f'SELECT count(*) FROM whole."{name}"').fetchone()  # noqa: S608
    assert count is not None
    return int(count[0])
