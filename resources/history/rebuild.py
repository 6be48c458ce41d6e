"""Make the live history anew: from its last publication, which nobody but us writes, and the journal since then.

Without one from the published copy, and without that from what the ledger holds.
"""

from __future__ import annotations

from pathlib import Path

from inspect_pipelines.errors import Unavailable
from inspect_pipelines.ports.across import Ledgers
from inspect_pipelines.ports.clock import Clock
from resources.history import publication
from resources.history.connection import is_whole
from resources.history.lease import holding
from resources.history.live import LiveHistory
from resources.history.places import Places


def rebuild(home: Path, ledgers: Ledgers, clock: Clock) -> str:
    """Replace the live file and say what was done, in one sentence; the old one is kept beside it.

    Journal rows are only forgotten once they are published, so that the two together hold everything.

    Raises:
        Unavailable: Another process owns the history now.
    """
    places = Places(home)
    with holding(places.lock, ledgers) as lease:
        if lease is None:
            raise Unavailable(
                "the run history cannot be rebuilt while another process owns it; stop `inspect-pipelines up`, "
                "wait for running runs to end, and try again"
            )
        kept = _set_aside(places, clock)
        publication.distrust(places)
        base = "its last publication"
        if is_whole(places.snapshot):
            publication.replace_by_copy(places.snapshot, places.live)
        else:
            if places.snapshot.exists():
                places.snapshot.rename(places.snapshot.with_suffix(f".damaged-{_stamp(clock)}"))
            base = "the published copy" if is_whole(places.published) else "the ledger alone"
        live = LiveHistory(places, ledgers, clock, lease)
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


def _stamp(clock: Clock) -> str:
    return f"{clock.now():%Y%m%dT%H%M%S}"
