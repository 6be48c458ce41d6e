"""The history as the rest of the house sees it: drain into it, query it; nothing stays open in between."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from inspect_pipelines.domain.ids import OrgId, RunId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.run_filter import RunFilter
from inspect_pipelines.errors import NotFound, Unavailable
from inspect_pipelines.ports.across import Ledgers
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.history import Answered, NamedQuery, OldFacts, PastRun, Table
from resources.history import publication, remarks
from resources.history.lease import Lease, holding
from resources.history.named import filled, named_queries, named_query
from resources.history.parts import Parts
from resources.history.places import Places
from resources.history.publication import Publication

if TYPE_CHECKING:
    import pandas as pd

    from resources.history.reader import Reader

log = logging.getLogger(__name__)

ROUNDS = 5  # of a drain: while others keep writing, a run must not stay for ever to serve them; they come themselves
UPGRADE_SECONDS = 5.0  # for its owner to publish the tables of today; what waits is a person
NOT_YET = "the run history was not published yet, or only by an older version; its owner is busy: try again in a minute"
POLL_SECONDS = 0.02  # between two looks whether the owner has published


class DuckHistory:
    """`ports.History` over DuckDB files under INSPECT_HOME."""

    def __init__(self, home: Path, ledgers: Ledgers, clock: Clock) -> None:
        self.places = Places(home)
        self._ledgers = ledgers
        self._clock = clock
        self._parts = Parts(self.places, clock)

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

    def ended_runs(
        self,
        org_id: OrgId,
        wanted: RunFilter = RunFilter(),  # noqa: B008 - it is frozen
        *,
        before: Position | None = None,
        limit: int = 50,
    ) -> list[PastRun]:
        if not self.places.snapshot.exists():
            return []
        self._as_published()
        from resources.history.past_runs import page  # imports DuckDB

        return page(self._reader, org_id, wanted, before=before, limit=limit)

    def ended_run(self, org_id: OrgId, run_id: RunId) -> PastRun | None:
        if not self.places.snapshot.exists():
            return None
        self._as_published()
        from resources.history.past_runs import one  # imports DuckDB

        return one(self._reader, org_id, run_id)

    def old_facts(self, org_id: OrgId, before: datetime) -> OldFacts:
        if not self.places.snapshot.exists():
            return OldFacts()
        self._as_published()
        from resources.history.old_facts import old_facts  # imports DuckDB

        return old_facts(self._reader, org_id, before)

    @cached_property
    def _reader(self) -> Reader:
        from resources.history.reader import Reader  # imports DuckDB

        return Reader(self.places.snapshot)

    def query(self, sql: str, *, fresh_within_seconds: float = 5.0) -> Table:
        self._freshen(fresh_within_seconds)
        from resources.history import query  # imports DuckDB

        return query.run(sql, self.places.snapshot)

    def save(self, sql: str, file: str, *, fresh_within_seconds: float = 5.0) -> int:
        self._freshen(fresh_within_seconds)
        from resources.history import saving  # imports DuckDB

        return saving.save(sql, self.places.snapshot, Path(file))

    def answer(self, org_id: OrgId, sql: str) -> Answered:
        return self._parts.answer(org_id, sql, self._as_published())

    def frame(self, name: str, *, fresh_within_seconds: float = 5.0, **parameters: str | int) -> pd.DataFrame:
        statement = named_query(name, parameters)
        self._freshen(fresh_within_seconds)
        from resources.history import query  # imports DuckDB

        return query.frame(statement, parameters, self.places.snapshot)

    def queries(self) -> Sequence[NamedQuery]:
        return list(named_queries().values())

    def statement(self, org_id: OrgId, name: str, given: Mapping[str, str]) -> str:
        return filled(name, org_id, given)

    def rebuild(self) -> str:
        from resources.history.rebuild import rebuild  # imports DuckDB

        return rebuild(self.places.home, self._ledgers, self._clock)

    def compact(self) -> tuple[int, int]:
        from resources.history.compacting import compact  # imports DuckDB

        return compact(self.places.home, self._ledgers, self._clock)

    def export(self, folder: str) -> Mapping[str, int]:
        self._freshen(UPGRADE_SECONDS)
        from resources.history.exporting import export  # imports DuckDB

        return export(self.places.snapshot, Path(folder))

    def url(self) -> str:
        return str(self.places.published)

    def _as_published(self) -> Publication:
        """What was published last, once it is of this ledger and has the tables of today."""
        published = publication.newest(self.places)
        if published is None or not self._is_of_this_epoch(published):
            self._freshen(UPGRADE_SECONDS)
            published = publication.newest(self.places)
        if published is None:
            raise NotFound(NOT_YET)
        return published

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
