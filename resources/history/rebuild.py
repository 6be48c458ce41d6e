"""Make the live history anew: from its last publication, which nobody but us writes, and the journal since then."""

from __future__ import annotations

from pathlib import Path

import duckdb

from inspect_pipelines.errors import Unavailable
from inspect_pipelines.ports.across import Ledgers
from inspect_pipelines.ports.clock import Clock
from resources.history import publication
from resources.history.connection import open_reading
from resources.history.lease import holding
from resources.history.live import LiveHistory
from resources.history.places import Places

WATERMARKS = (("internal", "applied"), ("main", "_applied"))  # the one of today, the one of schemas up to 4


def rebuild(home: Path, ledgers: Ledgers, clock: Clock) -> str:
    """Replace the live file and say what was done, in one sentence; the old one is kept beside it.

    Journal rows are only forgotten once they are published, so that the two together hold everything.

    Raises:
        Unavailable: Another process owns the history now.
    """
    places = Places(home)
    with holding(places.lock) as is_mine:
        if not is_mine:
            raise Unavailable(
                "the run history cannot be rebuilt while another process owns it; stop `inspect-pipelines up`, "
                "wait for running runs to end, and try again"
            )
        kept = _set_aside(places, clock)
        base = "its last publication" if _is_whole(places.snapshot) else "the ledger's journal alone"
        if _is_whole(places.snapshot):
            publication.replace_by_copy(places.snapshot, places.live)
        elif places.snapshot.exists():
            places.snapshot.rename(places.snapshot.with_suffix(f".damaged-{_stamp(clock)}"))
        live = LiveHistory(places, ledgers, clock)
        try:
            live.drain()
            seq = live.publish().seq
        finally:
            live.close()
    beside = f"; the old file is kept as {str(kept)!r}" if kept else ""
    return f"the run history was made anew from {base} and the journal up to row {seq}{beside}"


def _set_aside(places: Places, clock: Clock) -> Path | None:
    if not places.live.exists():
        places.live_wal.unlink(missing_ok=True)
        return None
    kept = places.live.with_name(f"live.damaged-{_stamp(clock)}.duckdb")
    if places.live_wal.exists():
        places.live_wal.rename(f"{kept}.wal")
    return places.live.rename(kept)


def _is_whole(snapshot: Path) -> bool:
    """Whether every table of a copy can be read to its end."""
    if not snapshot.exists():
        return False
    try:
        with open_reading(snapshot) as connection:
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


def _stamp(clock: Clock) -> str:
    return f"{clock.now():%Y%m%dT%H%M%S}"
