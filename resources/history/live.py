"""The live history in the hands of its one owner: opened, fed from the journal, published, closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import duckdb

from inspect_pipelines.errors import Unreadable
from inspect_pipelines.facts.forgotten import FORGOTTEN
from inspect_pipelines.ports.across import Ledgers
from inspect_pipelines.ports.clock import Clock
from resources.history import migrations, publication
from resources.history.connection import open_writing, told
from resources.history.lease import Lease
from resources.history.mending import Mending
from resources.history.moved import refuse_moved
from resources.history.pairing import Pairing
from resources.history.places import Places
from resources.history.projector import Projector, Row
from resources.history.publication import Publication
from resources.history.reader import let_go_of_older
from resources.history.schema import VERSION
from resources.history.sorting import sort_a_slice

T = TypeVar("T")

# Journal rows a transaction: the first one, then as many as take this much room, a second of work for DuckDB at most.
# A statement costs as much for 500 rows as for 2,000, and a batch has thirty.
FIRST_ROWS = 500
MOST_ROWS = 4000
BATCH_BYTES = 10_000_000
JOURNAL_KEPT = timedelta(
    days=7
)  # and always until the next publication, so that the live file can be made anew


def rows_of_next(rows: Sequence[Row]) -> int:
    """How many rows the next batch may have, if they are as large as those of this one, which has some."""
    size = sum(len(body) for _, _, body in rows)
    return max(1, min(MOST_ROWS, BATCH_BYTES * len(rows) // max(size, 1)))


def up_to_forgetting(rows: list[Row]) -> list[Row]:
    """A batch ends with a month that is forgotten: each is up to a second of work by itself, and years come at once."""
    end = next((at for at, (_, kind, _) in enumerate(rows, 1) if kind == FORGOTTEN), len(rows))
    return rows[:end]


def take_in(projector: Projector, ledgers: Ledgers, *, first_rows: int = FIRST_ROWS) -> int:
    """Project what the journal holds now, a batch a transaction, and return the newest seq."""
    applied = projector.watermark().seq
    with ledgers.read() as across:
        numbers = across.journal.numbers()  # what comes later waits: writers may be as fast as we are
    at_most = first_rows
    while applied < numbers.head:
        with ledgers.read() as across:
            rows = up_to_forgetting(across.journal.after(applied, at_most))
        projector.apply(rows, numbers.epoch)
        applied = rows[-1][0]
        at_most = rows_of_next(rows)
    return applied


class LiveHistory:
    """Whoever calls holds the lease.

    Args:
        places: Of its files.
        ledgers: Whose journal it is fed from.
        clock: For what it notes down.
        lease: The one that is held; None: no other machine works on these ledgers.
    """

    def __init__(self, places: Places, ledgers: Ledgers, clock: Clock, lease: Lease | None = None) -> None:
        self._places = places
        self._ledgers = ledgers
        self._clock = clock
        self._lease = lease
        self._mending = Mending(places, ledgers, clock)
        self._projector: Projector | None = None
        self.written_bytes = 0  # by the last publication

    def drain(self) -> int:
        """Project every journal row and return the newest seq; mend first what does not belong together.

        Raises:
            Unavailable: The disk is full, or another program has the file open.
            Unreadable: The file is damaged.
        """
        return self._or_closed(self._drain)

    def publish(self, *, meanwhile: Callable[[], object] = lambda: None) -> Publication:
        """Publish what was drained, then forget journal rows that are old and published.

        Args:
            meanwhile: May drain; called when that cannot disturb the copying any more.
        """
        return self._or_closed(lambda: self._publish(meanwhile))

    def tidy(self) -> bool:
        """Do the next piece of what can wait, some seconds of work; whether there was any.

        Raises:
            Unavailable: The disk is full.
        """
        return self._or_closed(lambda: sort_a_slice(self._opened().connection, self._clock.now()))

    def close(self) -> None:
        projector, self._projector = self._projector, None
        if projector is not None:
            try:
                projector.connection.close()
            except duckdb.Error as error:  # closing checkpoints, and the disk may be full
                raise (told(error, self._places.live) or error) from error

    def _drain(self) -> int:
        return take_in(self._paired(), self._ledgers)

    def _publish(self, meanwhile: Callable[[], object]) -> Publication:
        began = self._clock.monotonic()
        projector = self._opened()
        done = projector.watermark()
        projector.connection.execute("CHECKPOINT")
        at = self._clock.now()
        made = Publication(done.seq, at.isoformat(), 0.0, VERSION, done.epoch or "", done.mark)
        let_go_of_older()
        self.written_bytes = publication.publish(self._places, made, meanwhile=meanwhile)
        made = replace(made, cost_seconds=self._clock.monotonic() - began)
        publication.write_note(self._places, made)
        with self._ledgers.write() as ledgers:
            if self._lease is not None:
                self._lease.guard(ledgers)  # what another owner still needs is not ours to forget
            ledgers.journal.prune(before=at - JOURNAL_KEPT, up_to_seq=done.seq)
        return made

    def _paired(self) -> Projector:
        """The live history once it belongs to this ledger."""
        found = self._mending.look(self._opened())
        if found is Pairing.ANOTHER:
            self.close()  # which leaves one whole file behind
            self._mending.keep_another()
            self._create()
            found = self._mending.look(self._opened())
        elif found is Pairing.GAP and self._mending.has_newer_publication(self._opened()):
            self.close()
            self._mending.take_publication()
            found = self._mending.look(self._opened())
        if found is not Pairing.PAIRED:
            self._mending.tell_again(self._opened(), found)
        return self._opened()

    def _opened(self) -> Projector:
        if self._projector is None:
            refuse_moved(self._places)
            publication.sweep(self._places)
            if not self._places.live.exists():
                self._refuse_to_start_over()
                if not (self._places.published.exists() and self._mending.take_published()):
                    self._create()
            self._projector = self._open(self._places.live)
        return self._projector

    def _refuse_to_start_over(self) -> None:
        if self._places.snapshot.exists():
            raise Unreadable(
                f"the run history {str(self._places.live)!r} is gone, though it was published before; "
                "make it anew from that and the ledger with: inspect-pipelines history rebuild"
            )

    def _create(self) -> None:
        """Make the file under another name first: a kill in between leaves no half-made live file."""
        new = self._places.live.with_name("new.duckdb")
        for leftover in (new, Path(f"{new}.wal"), self._places.live_wal):
            leftover.unlink(missing_ok=True)
        self._open(new).connection.close()
        new.replace(self._places.live)

    def _open(self, path: Path) -> Projector:
        connection = open_writing(path)
        try:
            migrations.migrate(connection, migrations.known())
            return Projector(connection, self._lease.token if self._lease else 0)
        except BaseException:
            connection.close()
            raise

    def _or_closed(self, work: Callable[[], T]) -> T:
        """Do the work; after a failure of DuckDB start anew next time, since it may have invalidated itself."""
        try:
            return work()
        except duckdb.Error as error:
            self._abandon()
            raise (told(error, self._places.live) or error) from error

    def _abandon(self) -> None:
        projector, self._projector = self._projector, None
        if projector is not None:
            try:
                projector.connection.close()
            except duckdb.Error:
                return  # it failed already; the WAL keeps what was committed
