"""The history as the rest of the house sees it: drain into it, query it; nothing stays open in between."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

from inspect_pipelines.errors import NotFound, Unavailable
from inspect_pipelines.ports.across import Ledgers
from inspect_pipelines.ports.clock import Clock
from resources.history import publication, remarks
from resources.history.asking import UPGRADE_SECONDS, Asked
from resources.history.lease import Lease, holding
from resources.history.moved import refuse_moved
from resources.history.parts import Parts
from resources.history.places import Places
from resources.history.publication import Publication, files_of

log = logging.getLogger(__name__)

ROUNDS = 5  # of a drain: while others keep writing, a run must not stay for ever to serve them; they come themselves
NOT_YET = "the run history was not published yet, or only by an older version; its owner is busy: try again in a minute"
POLL_SECONDS = 0.02  # between two looks whether the owner has published


class DuckHistory(Asked):
    """`ports.History` over DuckDB files under INSPECT_HOME."""

    def __init__(self, home: Path, ledgers: Ledgers, clock: Clock) -> None:
        self.places = Places(home)
        super().__init__(
            self.places.snapshot,
            Parts(self.places, clock, self.places.snapshot, lambda: files_of(self.places)),
        )
        self._ledgers = ledgers
        self._clock = clock

    def drain(self) -> bool:
        for _ in range(ROUNDS):
            with holding(self.places.lock, self._ledgers) as lease:
                if lease is None:
                    return False
                seq = self._bring_up_to_date(lease)
            # one who came while we held the lease went away trusting us: look again after letting go
            if self._head() == seq:
                break
        return True

    def rebuild(self) -> str:
        from resources.history.rebuild import rebuild  # imports DuckDB

        return rebuild(self.places.home, self._ledgers, self._clock)

    def compact(self) -> tuple[int, int]:
        from resources.history.compacting import compact  # imports DuckDB

        return compact(self.places.home, self._ledgers, self._clock)

    def url(self) -> str:
        return str(self.places.published)

    def _is_there(self) -> bool:
        if not self.places.snapshot.exists():
            refuse_moved(self.places)
            return False
        return True

    def _as_published(self) -> str:
        published = publication.newest(self.places)
        if published is None or not self._is_of_this_epoch(published):
            self._freshen(UPGRADE_SECONDS)
            published = publication.newest(self.places)
        if published is None:
            raise NotFound(NOT_YET)
        return published.published_at

    def _bring_up_to_date(self, lease: Lease) -> int:
        published = publication.newest(self.places)
        if published is not None and self._is_current(published):
            return published.seq
        from resources.history.live import (
            LiveHistory,
        )  # imports DuckDB: 0.1 s that a command without news need not pay

        live = LiveHistory(self.places, self._ledgers, self._clock, lease)
        try:
            live.drain()
            return live.publish().seq
        finally:
            live.close()

    def _freshen(self, patience_seconds: float) -> None:
        """Have everything published that is in the journal now, or as much as the owner manages in this time."""
        head = self._head()
        if head == 0 and not self.places.snapshot.exists():
            raise NotFound(
                "there is no run history yet; make a first run with: inspect-pipelines run ID --wait "
                "(inspect-pipelines plan lists the ids)"
            )
        gives_up_at = self._clock.monotonic() + patience_seconds
        while True:
            published = publication.newest(self.places)
            if published is not None and published.seq >= head and self._is_of_this_ledger(published):
                return
            if self._drained(has_copy=published is not None):
                return
            self.places.wanted.touch()
            if self._clock.monotonic() >= gives_up_at:
                break
            self._clock.sleep(POLL_SECONDS)
        if published is None:
            raise NotFound(NOT_YET)

    def _drained(self, *, has_copy: bool) -> bool:
        """As `drain`; on a full disk what was published last is still an answer."""
        try:
            return self.drain()
        except Unavailable as error:
            if not has_copy:
                raise
            log.warning("older facts only: %s", error)
            return True

    def remarks(self, *, since: datetime) -> list[str]:
        return remarks.since(self.places, since)

    def ailment(self) -> str:
        self._head()  # a ledger that cannot be read is told as that
        refuse_moved(self.places)
        published = publication.newest(self.places)
        if published is None or not published.epoch or self._is_of_this_ledger(published):
            return ""
        return (
            "it was published from another ledger, or from a newer state of this one, which was restored; the next run "
            "brings them together and says how, or do it now with: inspect-pipelines history rebuild"
        )

    def _is_current(self, published: Publication) -> bool:
        return self._is_of_this_ledger(published) and published.seq == self._head()

    def _is_of_this_epoch(self, published: Publication) -> bool:
        with self._ledgers.read() as ledgers:
            return ledgers.journal.numbers().epoch == published.epoch

    def _is_of_this_ledger(self, published: Publication) -> bool:
        """Whether this ledger told all of it: one that is restored or another one knows less, or other facts."""
        with self._ledgers.read() as ledgers:
            numbers, mark = ledgers.journal.numbers(), ledgers.journal.mark(published.seq)
        is_same = mark == published.mark or None in (mark, published.mark)
        return numbers.epoch == published.epoch and published.seq <= numbers.head and is_same

    def _head(self) -> int:
        with self._ledgers.read() as ledgers:
            return ledgers.journal.head()
