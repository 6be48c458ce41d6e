"""A lake in the hands of its one owner: attached, fed from the journal, tidied, let go; there is nothing to publish."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import duckdb

from inspect_pipelines.errors import Refused
from inspect_pipelines.ports.across import Ledgers
from inspect_pipelines.ports.clock import Clock
from resources.history.connection import open_lake
from resources.history.lake import Lake
from resources.history.lake_connection import told_of_lake
from resources.history.lake_tables import make_tables
from resources.history.lake_upkeep import tidy
from resources.history.lease import Lease
from resources.history.live import JOURNAL_KEPT, take_in
from resources.history.mending import Mending
from resources.history.moved import moved_to
from resources.history.pairing import Pairing
from resources.history.places import Places
from resources.history.projector import Projector

T = TypeVar("T")

FIRST_ROWS = 1000  # of a drain: each commit asks the catalogue twenty times, however little is in it


class LakeLive:
    """Whoever calls holds the lease.

    Args:
        lake: Made when it is not there.
        places: Of the home, for remarks.
        ledgers: Whose journal it is fed from.
        clock: For what it notes down.
        lease: The one that is held; its token fences the lake off from who held it before.
    """

    def __init__(self, lake: Lake, places: Places, ledgers: Ledgers, clock: Clock, lease: Lease) -> None:
        self._lake = lake
        self._ledgers = ledgers
        self._clock = clock
        self._lease = lease
        self._mending = Mending(places, ledgers, clock)
        self._projector: Projector | None = None

    def drain(self) -> int:
        """Project every journal row and return the newest seq; each commit is seen by whoever asks from then on.

        Raises:
            Unavailable: The catalogue or the files cannot be reached, or somebody else wrote at the same moment.
            Refused: The lake is another ledger's, or was moved away.
        """
        return self._or_closed(self._drain)

    def tell_again(self) -> int:
        """Have everything told again that the ledger holds, and project it: the lake takes what it lacks; how many runs that were.

        Raises:
            Unavailable: As `drain`.
            Refused: As `drain`.
        """
        self.drain()
        told = self._or_closed(lambda: self._mending.repeat(self._opened()))
        self.drain()
        return told

    def forget_old(self, seq: int) -> None:
        """Let journal rows go that are old and in the lake up to this one."""
        before = self._clock.now() - JOURNAL_KEPT
        with self._ledgers.write() as ledgers:
            self._lease.guard(ledgers)
            ledgers.journal.prune(before=before, up_to_seq=seq)

    def tidy(self) -> None:
        """Make few files of many, and let go of what nobody reads any more."""
        self._or_closed(lambda: tidy(self._opened().connection, self._clock.now()))

    def close(self) -> None:
        projector, self._projector = self._projector, None
        if projector is not None:
            with suppress(duckdb.Error):  # what was committed is; nothing else is in there
                projector.connection.close()

    def _drain(self) -> int:
        projector = self._opened()
        found = self._mending.look(projector)
        if found is Pairing.ANOTHER:
            raise Refused(
                f"the lake {self._lake} holds the facts of another ledger; nothing was changed: name another database in "
                "INSPECT_HISTORY, or the ledger whose it is in INSPECT_DATABASE_URL"
            )
        if found is not Pairing.PAIRED:
            self._mending.tell_again(projector, found)
        return take_in(projector, self._ledgers, first_rows=FIRST_ROWS)

    def _opened(self) -> Projector:
        if self._projector is None:
            self._projector = self._open()
        return self._projector

    def _open(self) -> Projector:
        connection = open_lake(self._lake)
        try:
            make_tables(connection)
            self._refuse_moved(connection)
            return Projector(connection, self._lease.token)
        except BaseException:
            connection.close()
            raise

    def _refuse_moved(self, connection: duckdb.DuckDBPyConnection) -> None:
        if where := moved_to(connection):
            raise Refused(
                f"the run history was moved from the lake {self._lake} to {where}; nothing was changed: unset "
                "INSPECT_HISTORY, or bring it back with: inspect-pipelines history move --to"
            )

    def _or_closed(self, work: Callable[[], T]) -> T:
        """Do the work; after a failure attach anew next time."""
        try:
            return work()
        except duckdb.Error as error:
            self.close()
            raise told_of_lake(error, self._lake) from error
