"""The one door to DuckDB: how its files are opened, and what its errors mean."""

from __future__ import annotations

from pathlib import Path

import duckdb

from inspect_pipelines.errors import InspectError, Unavailable, Unreadable
from resources.history.lake import Lake
from resources.history.lake_connection import attach, attach_catalogue
from resources.history.nameless import ADDRESS, Nameless

# DuckDB 1.5 must be able to read what 2.0 writes: the command line people have may be the older one
STORAGE_VERSION = "v1.5.0"
MEMORY = "1GB"  # of a query: a browser on the same machine needs as much
COPYING_MEMORY = "512MB"
DAMAGE = (duckdb.IOException, duckdb.SerializationException, duckdb.FatalException, duckdb.InternalException)
SWITCHED_OFF = (
    "allow_community_extensions",
    "autoinstall_known_extensions",
    "autoload_known_extensions",
    "python_enable_replacements",
)
WATERMARKS = (("internal", "applied"), ("main", "_applied"))  # the one of today, the one of schemas up to 4
NO_ROOM = ("No space left", "File too large", "Disk quota", "Could not write", "Could not truncate")


def open_writing(path: Path) -> duckdb.DuckDBPyConnection:
    """The live file, or a new one; only the holder of the lease may ask."""
    connection = duckdb.connect(str(path), config={"storage_compatibility_version": STORAGE_VERSION})
    connection.execute("SET TimeZone = 'UTC'")
    # Batches are small: a second thread costs more than it brings. And DuckDB 2.0.0 with two of them loses rows: what a
    # transaction stores by INSERT .. ORDER BY beyond a row group, it reads as nothing when it sorts it again.
    connection.execute("SET threads = 1")
    return connection


def open_lake(lake: Lake) -> duckdb.DuckDBPyConnection:
    """A lake to be written, made when it is not there; only the holder of the lease may ask."""
    connection = duckdb.connect(":memory:")
    try:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET threads = 1")  # as of a file
        attach(connection, lake, is_read_only=False)
    except BaseException:
        connection.close()
        raise
    return connection


def open_catalogue(lake: Lake) -> duckdb.DuckDBPyConnection:
    """The database that a lake's catalogue is in, as `catalogue`; only the holder of the lease may ask."""
    connection = duckdb.connect(":memory:")
    try:
        attach_catalogue(connection, lake)
    except BaseException:
        connection.close()
        raise
    return connection


def open_reading(
    path: Path | Lake,
    *,
    memory: str = MEMORY,
    threads: int | None = None,
    late_rows: int | None = None,
    is_nameless: bool = False,
    written: Path | None = None,
) -> duckdb.DuckDBPyConnection:
    """A read-only look at one file, or a lake, that can reach no other file, cannot be reconfigured, and takes no more memory.

    Neither can it load an extension, or see a variable of this program.

    An instance of its own a call: DuckDB shares one between connections to the same name, which after a rename would
    show the old file.

    Args:
        path: Of the file; or the lake.
        memory: The most that a query takes.
        threads: The most that it works with; None: as many as there are cores.
        late_rows: Up to how many sorted rows have their other columns read after they are found; None: DuckDB's 50.
        is_nameless: Nothing that DuckDB tells says where the file lies, or whose process it is.
        written: The only other file that it can reach: an answer goes there.
    """
    connection = duckdb.connect(":memory:")
    try:
        if isinstance(path, Lake):
            attach(connection, path, is_read_only=True)
            connection.execute(f"SET allowed_directories = ['{quoted(path.data)}']")
        else:
            _attach_file(connection, path, is_nameless=is_nameless)
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        connection.execute(f"SET memory_limit = '{memory}'")
        connection.execute("SET temp_directory = ''")  # what does not fit must not fill the disk instead
        if threads is not None:
            connection.execute(f"SET threads = {threads:d}")
        if late_rows is not None:
            connection.execute(f"SET GLOBAL late_materialization_max_rows = {late_rows:d}")
        for setting in SWITCHED_OFF:
            connection.execute(f"SET {setting} = false")
        if written is not None:
            connection.execute(f"SET allowed_paths = ['{quoted(written)}']")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
    except (duckdb.Error, InspectError):
        connection.close()
        raise
    return connection


def _attach_file(connection: duckdb.DuckDBPyConnection, path: Path, *, is_nameless: bool) -> None:
    address = quoted(path)
    if is_nameless:
        connection.execute("SET secret_directory = ''")  # below the home of whoever runs us
        if not duckdb.__version__.startswith(
            "1."
        ):  # that takes `://` of strangers for folders: it is told the path
            connection.register_filesystem(Nameless(path))
            address = ADDRESS
    connection.execute(f"ATTACH '{address}' AS history (READ_ONLY)")
    connection.execute("USE history")


def open_copying(source: Path | Lake, target: Path) -> duckdb.DuckDBPyConnection:
    """A new file, `part`, beside one that is read, `whole`; what is made lands in the new one until it is detached."""
    connection = duckdb.connect(":memory:")
    try:
        connection.execute(f"SET memory_limit = '{COPYING_MEMORY}'")
        connection.execute("SET threads = 1")  # nobody waits for it so much that others should
        _attach_whole(connection, source)
        connection.execute(f"ATTACH '{quoted(target)}' AS part (STORAGE_VERSION '{STORAGE_VERSION}')")
        connection.execute("USE part")
    except (duckdb.Error, InspectError):
        connection.close()
        raise
    return connection


def open_whole(source: Path | Lake) -> duckdb.DuckDBPyConnection:
    """One file or lake, `whole`, to be read and written elsewhere by whoever asked for that on this machine."""
    connection = duckdb.connect(":memory:")
    try:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"SET memory_limit = '{COPYING_MEMORY}'")
        _attach_whole(connection, source)
    except (duckdb.Error, InspectError):
        connection.close()
        raise
    return connection


def _attach_whole(connection: duckdb.DuckDBPyConnection, source: Path | Lake) -> None:
    if isinstance(source, Lake):
        attach(connection, source, is_read_only=True, name="whole")
        connection.execute("USE memory")
    else:
        connection.execute(f"ATTACH '{quoted(source)}' AS whole (READ_ONLY)")


def quoted(text: object) -> str:
    """A text as it may stand between single quotes."""
    return str(text).replace("'", "''")


def is_whole(copy: Path) -> bool:
    """Whether every table of a copy can be read to its end."""
    if not copy.exists():
        return False
    try:
        with open_reading(copy) as connection:
            names = connection.execute(
                "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'history'"
            )
            tables = names.fetchall()
            for schema, name in tables:
                connection.execute(f'SELECT count(COLUMNS(*)) FROM "{schema}"."{name}"').fetchall()  # noqa: S608 - our own tables
            counts = [
                connection.execute(f"SELECT count(*) FROM {schema}.{name}").fetchone()  # noqa: S608 - our own tables
                for schema, name in tables
                if (schema, name) in WATERMARKS
            ]
            return counts == [(1,)]
    except duckdb.Error:
        return False


def told(error: duckdb.Error, path: Path) -> InspectError | None:
    """What a failure of the live file means, as a sentence; None when it is our own mistake."""
    first_line = str(error).partition("\n")[0]
    if any(words in str(error) for words in NO_ROOM):
        return Unavailable(
            f"the run history {str(path)!r} cannot be written: {first_line}; nothing is lost, the facts wait in the "
            "ledger: make room on the disk, the next run or query goes on from there"
        )
    if "Could not set lock" in str(error):
        return Unavailable(
            f"the run history {str(path)!r} is held open by another program: {first_line}; close it there and open "
            "the published copy instead (inspect-pipelines history path)"
        )
    if (
        not isinstance(error, DAMAGE) and "orrupt" not in first_line
    ):  # a bad checksum comes as the plain class
        return None
    return Unreadable(
        f"the run history {str(path)!r} cannot be read: {first_line}; "
        "make it anew from its last published state and the ledger with: inspect-pipelines history rebuild"
    )
