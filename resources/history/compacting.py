"""Compact the live history: written anew into a file without the room that changed and deleted rows left."""

from __future__ import annotations

from pathlib import Path

import duckdb

from inspect_pipelines.errors import Unavailable, Unreadable
from inspect_pipelines.ports.across import Ledgers
from inspect_pipelines.ports.clock import Clock
from resources.history import migrations, publication
from resources.history.checksums import checksums
from resources.history.connection import open_writing, quoted, told
from resources.history.lease import Lease, holding
from resources.history.live import LiveHistory
from resources.history.places import Places


def compact(home: Path, ledgers: Ledgers, clock: Clock) -> tuple[int, int]:
    """Bytes before and after; the live file is replaced in one step, once the new one holds the same rows.

    Raises:
        Unavailable: Another process owns the history now, or the disk is full: the file stays as it is.
    """
    places = Places(home)
    with holding(places.lock, ledgers) as lease:
        if lease is None:
            raise Unavailable(
                "the run history cannot be compacted while another process owns it; stop `inspect-pipelines up`, "
                "wait for running runs to end, and try again"
            )
        _publish(places, ledgers, clock, lease)
        if not places.live.exists():
            return 0, 0
        before = places.live.stat().st_size
        new = places.folder / "compact.duckdb"
        _remove(new)
        try:
            _write_anew(places.live, new)
            if checksums(new) != checksums(places.live):
                raise Unreadable(
                    f"the run history {str(places.live)!r} was not compacted: the new file did not hold the same rows"
                )
            after = new.stat().st_size
            publication.distrust(places)  # what it knows of the old file's blocks says nothing of the new one
            new.replace(places.live)
        except duckdb.Error as error:
            raise (told(error, places.live) or error) from error
        finally:
            _remove(new)
        _publish(places, ledgers, clock, lease)
        return before, after


def _publish(places: Places, ledgers: Ledgers, clock: Clock, lease: Lease) -> None:
    """Everything that is in the journal, and nothing left in the WAL."""
    live = LiveHistory(places, ledgers, clock, lease)
    try:
        live.drain()
        live.publish()
    finally:
        live.close()


def _write_anew(live: Path, new: Path) -> None:
    """The tables as migrations make them, with their comments, then every row in its order."""
    with open_writing(new) as connection:
        migrations.migrate(connection, migrations.known())
        connection.execute(f"ATTACH '{quoted(live)}' AS whole (READ_ONLY)")
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'whole' AND table_name <> 'schema_migrations'"
        )
        for schema, name in tables.fetchall():
            connection.execute(f'DELETE FROM "{schema}"."{name}"')  # noqa: S608 - our own tables
            connection.execute(
                f'INSERT INTO "{schema}"."{name}" BY NAME SELECT * FROM whole."{schema}"."{name}"'  # noqa: S608
            )
        connection.execute("DETACH whole")
        connection.execute("CHECKPOINT")


def _remove(new: Path) -> None:
    for file in (new, Path(f"{new}.wal")):
        file.unlink(missing_ok=True)
