"""A person's answer as a Parquet file: with DuckDB's own types, and however many rows it has."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import duckdb

from inspect_pipelines.errors import Unavailable, UsageError
from resources.history.connection import NO_ROOM, quoted
from resources.history.lake import Lake
from resources.history.query import Limits, in_time, one_reading_statement, opened, refusal

LIMITS = Limits(seconds=600.0)  # nobody else waits for it


def save(sql: str, path: Path | Lake, target: Path, limits: Limits = LIMITS) -> int:
    """Write the answer of one reading statement to a Parquet file; how many rows it has.

    The file is there whole or not at all, one of that name is replaced. DuckDB can reach nothing but the two files.

    Args:
        sql: As `query.run` takes it, but for EXPLAIN.
        path: The published copy, or the lake.
        target: The new file; its folder is there.
        limits: For `rows` there are none.

    Raises:
        UsageError: The query is wrong, would write, reaches beyond the history, or takes too long; or no file can be there.
        Unreadable: The copy is damaged.
        Unavailable: The disk is full.
    """
    target = target.absolute()
    if target.is_dir() or not target.parent.is_dir():
        what = "is a folder" if target.is_dir() else f"has no folder {str(target.parent)!r}"
        raise UsageError(
            f"the answer cannot be saved: {str(target)!r} {what}; name a file in a folder that is there"
        )
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.unfinished")
    try:
        with opened(path, limits, written=unfinished) as connection:
            statement = one_reading_statement(connection, sql, limits)
            copying = f"COPY (\n{_without_end(statement.query)}\n) TO '{quoted(unfinished)}' (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)"
            rows = in_time(connection, limits, partial(_copy, connection, copying, unfinished, limits))
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return rows


def _without_end(query: str) -> str:
    """The one statement without its semicolons, and what remarks stand behind them."""
    text = query.encode()  # DuckDB counts bytes
    end = len(text)
    for at, kind in reversed(duckdb.tokenize(query)):
        if kind == duckdb.token_type.comment:
            continue
        if text[at : at + 1] != b";":
            break
        end = at
    return text[:end].decode()


def _copy(connection: duckdb.DuckDBPyConnection, copying: str, unfinished: Path, limits: Limits) -> int:
    try:
        connection.execute(copying).fetchall()
        saved = connection.execute(
            "SELECT count(*) FROM read_parquet($file)", {"file": str(unfinished)}
        ).fetchall()
        return int(saved[0][0])
    except duckdb.Error as error:
        first_line = str(error).partition("\n")[0]
        if any(words in str(error) for words in NO_ROOM):
            raise Unavailable(
                f"the answer cannot be saved in {str(unfinished.parent)!r}: {first_line}; make room and try again"
            ) from error
        if isinstance(error, duckdb.IOException):
            raise UsageError(
                f"the answer cannot be saved in {str(unfinished.parent)!r}: {first_line}; name a file in a folder that you may write"
            ) from error
        raise refusal(error, limits) from error
