"""The history as a lake: any number of machines ask it, one of them at a time writes; nothing is published, since all see each commit."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from inspect_pipelines.errors import NotFound, Refused, Unavailable
from inspect_pipelines.ports.across import Ledgers
from inspect_pipelines.ports.clock import Clock
from resources.history import remarks
from resources.history.asking import UPGRADE_SECONDS, Asked
from resources.history.lake import Lake
from resources.history.lease import Lease, holding
from resources.history.pairing import Pairing, pairing
from resources.history.parts import Parts
from resources.history.places import Places
from resources.history.schema import VERSION

if TYPE_CHECKING:
    from resources.history.lake_state import LakeState, States

LEASE = "lake"  # every machine calls it so: a ledger has one
ROUNDS = 5  # of a drain, as of a file
POLL_SECONDS = 0.1  # between two looks whether the owner has committed
NOT_YET = "the lake has nothing of this ledger yet, or only an older version's tables; its owner is busy: try again in a minute"


class LakeHistory(Asked):
    """`ports.History` over a DuckLake."""

    def __init__(self, lake: Lake, home: Path, ledgers: Ledgers, clock: Clock) -> None:
        self.places = Places(home)
        super().__init__(lake, Parts(self.places, clock, lake, self._snapshot))
        self._lake = lake
        self._ledgers = ledgers
        self._clock = clock

    def drain(self) -> bool:
        for _ in range(ROUNDS):
            with holding(self.places.lock, self._ledgers, of=LEASE) as lease:
                if lease is None:
                    return False
                seq = self._bring_up_to_date(lease)
            # one who came while we held the lease went away trusting us: look again after letting go
            if self._head() == seq:
                break
        return True

    def rebuild(self) -> str:
        from resources.history import lake_rebuild  # imports DuckDB
        from resources.history.lake_live import LakeLive

        with holding(self.places.lock, self._ledgers, of=LEASE) as lease:
            if lease is None:
                raise Unavailable(
                    "the lake cannot be made anew while another process owns it; stop every `inspect-pipelines up`, wait for running "
                    "runs to end, and try again"
                )
            live = LakeLive(self._lake, self.places, self._ledgers, self._clock, lease)
            try:
                return lake_rebuild.rebuild(self._lake, live, self._clock.now())
            finally:
                live.close()

    def compact(self) -> tuple[int, int]:
        from resources.history import lake_compacting  # imports DuckDB

        with holding(self.places.lock, self._ledgers, of=LEASE) as lease:
            if lease is None:
                raise Unavailable(
                    "the lake cannot be compacted while another process owns it, which does so each hour by itself; "
                    "stop every `inspect-pipelines up`, or wait for that"
                )
            self._bring_up_to_date(lease)
            return lake_compacting.compact(self._lake, self._clock.now())

    def url(self) -> str:
        return self._lake.address

    def remarks(self, *, since: datetime) -> list[str]:
        return remarks.since(self.places, since)

    def ailment(self) -> str:
        self._head()  # a ledger that cannot be read is told as that
        state = self._states.newest()
        if state is None or self._pairing(state) in (Pairing.PAIRED, Pairing.GAP):
            return ""
        return (
            f"the lake {self._lake} holds the facts of another ledger, or of a newer state of this one, which was restored; "
            "the next run tells it what it lacks if it is this one's, and refuses another one's"
        )

    @cached_property
    def _states(self) -> States:
        from resources.history.lake_state import States  # imports DuckDB

        return States(self._reader, self._lake, self._clock)

    def _snapshot(self) -> list[int]:
        state = self._states.newest()
        return [state.snapshot] if state is not None else []

    def _is_there(self) -> bool:
        return self._states.recent() is not None

    def _as_published(self) -> str:
        state = self._states.recent()
        if state is None or not self._is_usable(state):
            self._freshen(UPGRADE_SECONDS)
            state = self._states.newest()
        if state is None:
            raise NotFound(NOT_YET)
        return state.committed_at

    def _freshen(self, patience_seconds: float) -> None:
        head = self._head()
        gives_up_at = self._clock.monotonic() + patience_seconds
        while True:
            state = self._states.newest()
            if head == 0 and (state is None or state.watermark.seq == 0):
                raise NotFound(
                    "there is no run history yet; make a first run with: inspect-pipelines run ID --wait "
                    "(inspect-pipelines plan lists the ids)"
                )
            is_usable = state is not None and self._is_usable(state)
            if state is not None and is_usable and state.watermark.seq >= head:
                return
            if self.drain():
                return
            if self._clock.monotonic() >= gives_up_at:
                break
            self._clock.sleep(POLL_SECONDS)
        if not is_usable:
            raise NotFound(NOT_YET)

    def _bring_up_to_date(self, lease: Lease) -> int:
        from resources.history.lake_live import LakeLive  # imports DuckDB

        live = LakeLive(self._lake, self.places, self._ledgers, self._clock, lease)
        try:
            return live.drain()
        finally:
            live.close()

    def _is_usable(self, state: LakeState) -> bool:
        if state.moved_to:
            raise Refused(
                f"the run history was moved from the lake {self._lake} to {state.moved_to}; unset INSPECT_HISTORY, or bring "
                "it back with: inspect-pipelines history move --to"
            )
        return state.version >= VERSION and self._pairing(state) in (Pairing.PAIRED, Pairing.GAP)

    def _pairing(self, state: LakeState) -> Pairing:
        with self._ledgers.read() as ledgers:
            numbers, mark = ledgers.journal.numbers(), ledgers.journal.mark(state.watermark.seq)
        return pairing(state.watermark, numbers, mark)

    def _head(self) -> int:
        with self._ledgers.read() as ledgers:
            return ledgers.journal.head()
