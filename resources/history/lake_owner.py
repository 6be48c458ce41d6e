"""The owner of a lake in a long-lived process: a commit a second, and once an hour whatever makes few files of many."""

from __future__ import annotations

from pathlib import Path

from inspect_pipelines.ports.across import Ledgers
from inspect_pipelines.ports.clock import Clock
from resources.history.lake import Lake
from resources.history.lake_live import LakeLive
from resources.history.lake_store import LEASE
from resources.history.lease import Lease
from resources.history.places import Places
from resources.history.turns import Turns

POLL_SECONDS = (
    1.0  # each commit is a handful of files and of the catalogue's rows, however few facts are in it
)
FORGET_EVERY_SECONDS = 60.0  # journal rows that are old and in the lake
TIDY_EVERY_SECONDS = 3600.0


class LakeOwner(Turns):
    """Of the lake of all machines that work on these ledgers."""

    def __init__(self, lake: Lake, home: Path, ledgers: Ledgers, clock: Clock) -> None:
        places = Places(home)
        super().__init__(Lease(places.lock, ledgers, of=LEASE), ledgers)
        self._clock = clock
        self._forget_at = 0.0  # on the clock's steady counter
        self._tidy_at = clock.monotonic() + TIDY_EVERY_SECONDS  # not by each process that comes and goes
        self._live = LakeLive(lake, places, ledgers, clock, self._lease)

    def _drain(self) -> int:
        return self._live.drain()

    def _drained(self) -> None:
        self._published = self._applied  # all see each commit

    def _keep_house(self, *, is_last: bool) -> float:
        now = self._clock.monotonic()
        if is_last or now >= self._forget_at:
            self._forget_at = now + FORGET_EVERY_SECONDS
            self._live.forget_old(self._applied)
        if now >= self._tidy_at and not is_last:
            # also after a failure, which the next turn need not repeat
            self._tidy_at = now + TIDY_EVERY_SECONDS
            self._live.tidy()
        return POLL_SECONDS

    def _close_history(self) -> None:
        self._live.close()
