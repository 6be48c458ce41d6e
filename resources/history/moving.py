"""Move a home's history from its file to a lake, or back: all of it in one step, checked by checksums, with the source kept.

A kill at any moment leaves the source as it was. What the target holds is all or nothing, and the next try makes it anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from inspect_pipelines.errors import Refused, Unavailable, Unreadable
from inspect_pipelines.ports.across import Ledgers
from inspect_pipelines.ports.clock import Clock
from resources.history import migrations, publication
from resources.history.checksums import OWN_BOOKS, checksums_of
from resources.history.connection import open_lake, open_writing, quoted, told
from resources.history.lake import Lake
from resources.history.lake_connection import attach, told_of_lake
from resources.history.lake_live import LakeLive
from resources.history.lake_store import LEASE
from resources.history.lake_tables import make_tables
from resources.history.lease import Lease, holding
from resources.history.live import LiveHistory
from resources.history.moved import note_moved, refuse_moved, say_here, say_moved
from resources.history.places import Places

BUSY = (
    "the run history cannot be moved while another process owns it; stop every `inspect-pipelines up`, wait for running "
    "runs to end, and try again"
)


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved."""

    rows: Mapping[str, int]  # by table
    kept: str  # where the source still is


class Moving:
    """Of one home.

    Args:
        home: INSPECT_HOME.
        lake: The one that the history goes to, or comes from.
        ledgers: Whose facts they are.
        clock: For names.
    """

    def __init__(self, home: Path, lake: Lake, ledgers: Ledgers, clock: Clock) -> None:
        self._places, self._lake, self._ledgers, self._clock = Places(home), lake, ledgers, clock

    def to_lake(self) -> Moved:
        """From the file of this home.

        Raises:
            Unavailable: Another process owns one of them, or the lake cannot be reached.
            Refused: The file was moved before, or the lake is another ledger's.
            Unreadable: The lake did not hold the same rows; nothing was changed.
        """
        refuse_moved(self._places)
        with holding(self._places.lock, self._ledgers) as lease:
            if lease is None:
                raise Unavailable(BUSY)
            self._close_file(lease)
            with self._lake_lease() as lake_lease, open_lake(self._lake) as connection:
                try:
                    counts = self._fill_lake(connection, lake_lease)
                except duckdb.Error as error:
                    raise told_of_lake(error, self._lake) from error
            now = self._clock.now()
            kept = self._places.beside("moved", now)
            note_moved(self._places, str(self._lake), now)
            self._places.live.rename(kept)
            for copy in (self._places.published, self._places.snapshot, self._places.published_note):
                copy.unlink(missing_ok=True)
            publication.distrust(self._places)
        return Moved(counts, str(kept))

    def to_file(self) -> Moved:
        """From the lake.

        Raises:
            Unavailable: Another process owns one of them, the disk is full, or the lake cannot be reached.
            Refused: The lake was moved before.
            Unreadable: The file did not hold the same rows; nothing was changed.
        """
        with holding(self._places.lock, self._ledgers) as own, self._lake_lease() as lease:
            if own is None:
                raise Unavailable(BUSY)
            live = LakeLive(self._lake, self._places, self._ledgers, self._clock, lease)
            try:
                live.drain()
            finally:
                live.close()
            new = self._places.folder / "moving.duckdb"
            _remove(new)
            try:
                counts = self._fill_file(new)
            except duckdb.Error as error:
                raise told(error, new) or told_of_lake(error, self._lake) from error
            if self._places.live.exists():
                self._places.live.rename(self._places.beside("before-move", self._clock.now()))
            self._places.live_wal.unlink(missing_ok=True)
            publication.distrust(self._places)
            new.rename(self._places.live)
            self._places.moved.unlink(missing_ok=True)
            with open_lake(self._lake) as connection:
                say_moved(connection, f"the file of {self._places.home}")
            self._close_file(own)
        return Moved(counts, str(self._lake))

    @contextmanager
    def _lake_lease(self) -> Iterator[Lease]:
        """What every machine that writes to the lake takes; on one machine the home's own flock is enough."""
        with holding(self._places.folder / "lake.lock", self._ledgers, of=LEASE) as lease:
            if lease is None:
                raise Unavailable(BUSY)
            yield lease

    def _close_file(self, lease: Lease) -> None:
        """Everything of the journal in it, and nothing left in the WAL."""
        live = LiveHistory(self._places, self._ledgers, self._clock, lease)
        try:
            live.drain()
            live.publish()
        finally:
            live.close()

    def _fill_lake(self, connection: duckdb.DuckDBPyConnection, lease: Lease) -> Mapping[str, int]:
        make_tables(connection)
        self._refuse_another(connection)
        connection.execute(f"ATTACH '{quoted(self._places.live)}' AS source (READ_ONLY)")
        connection.begin()
        _copy(connection, "source", "history")
        # the lake's owners have a row of numbers of their own in the ledger
        connection.execute("UPDATE history.internal.applied SET token = nullif(?, 0)", [lease.token])
        say_here(connection)
        counts = _checked(connection, "source", "history")
        connection.commit()
        return counts

    def _fill_file(self, new: Path) -> Mapping[str, int]:
        with open_writing(new) as connection:
            migrations.migrate(connection, migrations.known())
            name = new.stem
            attach(connection, self._lake, is_read_only=True, name="source")
            connection.execute(f"USE {name}")
            connection.begin()
            _copy(connection, "source", name)
            connection.execute("UPDATE internal.applied SET token = NULL")
            counts = _checked(connection, "source", name)
            connection.commit()
            connection.execute("DETACH source")
            connection.execute("CHECKPOINT")
            return counts

    def _refuse_another(self, connection: duckdb.DuckDBPyConnection) -> None:
        found = connection.execute("SELECT seq, epoch FROM history.internal.applied").fetchone()
        with self._ledgers.read() as ledgers:
            epoch = ledgers.journal.numbers().epoch
        if found is not None and found[0] and found[1] != epoch:
            raise Refused(
                f"the lake {self._lake} holds the facts of another ledger; nothing was changed: name another database"
            )


def _copy(connection: duckdb.DuckDBPyConnection, source: str, target: str) -> None:
    """Every row of every table, in place of whatever the target had."""
    for schema, name in _tables(connection, source):
        connection.execute(f'DELETE FROM {target}."{schema}"."{name}"')  # noqa: S608 - our own tables
        connection.execute(
            f'INSERT INTO {target}."{schema}"."{name}" BY NAME SELECT * FROM {source}."{schema}"."{name}"'  # noqa: S608
        )


def _checked(connection: duckdb.DuckDBPyConnection, source: str, target: str) -> Mapping[str, int]:
    tables = [(schema, name) for schema, name in _tables(connection, source) if name != "applied"]
    told, found = (checksums_of(connection, database, tables) for database in (source, target))
    if told != found:
        differing = sorted(name for name in told if told[name] != found[name])
        raise Unreadable(
            f"the run history was not moved: {', '.join(differing)} did not hold the same rows afterwards; nothing was changed"
        )
    return {name.partition(".")[2]: count for name, (count, _) in told.items()}


def _tables(connection: duckdb.DuckDBPyConnection, database: str) -> list[tuple[str, str]]:
    found = connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = $database "
        "AND schema_name IN ('main', 'internal') ORDER BY ALL",
        {"database": database},
    )
    return [(schema, name) for schema, name in found.fetchall() if name not in OWN_BOOKS]


def _remove(new: Path) -> None:
    for file in (new, Path(f"{new}.wal")):
        file.unlink(missing_ok=True)
