"""The owner of the live history in a long-lived process: takes facts in, turn by turn, and publishes now and then."""

from __future__ import annotations

from pathlib import Path

from inspect_pipelines.ports.across import Ledgers
from inspect_pipelines.ports.clock import Clock
from resources.history import publication
from resources.history.lease import Lease
from resources.history.live import LiveHistory
from resources.history.places import Places
from resources.history.turns import Turns

POLL_SECONDS = (
    0.08  # from one look at the journal to the next: a small batch costs DuckDB 25 ms, mostly planning
)
PUBLISH_EVERY_SECONDS = 60.0
PUBLISH_SHARE = (
    50  # a publication of n seconds is followed by none for 50 n: copying stays under 2 % of the time
)
TIDY_EVERY_SECONDS = 3600.0  # from one look for what can be tidied to the next, once there was nothing


class Owner(Turns):
    """Of the live file."""

    def __init__(
        self,
        home: Path,
        ledgers: Ledgers,
        clock: Clock,
        *,
        publish_every_seconds: float = PUBLISH_EVERY_SECONDS,
    ) -> None:
        self._places = Places(home)
        super().__init__(Lease(self._places.lock, ledgers), ledgers)
        self._clock = clock
        self._publish_every_seconds = publish_every_seconds
        self._publish_at = 0.0  # on the clock's steady counter
        self._tidy_at = 0.0
        self._live = LiveHistory(self._places, ledgers, clock, self._lease)

    def _drain(self) -> int:
        return self._live.drain()

    def _drained(self) -> None:
        """What was published of another ledger must not be read any longer."""
        last = publication.newest(self._places)
        if last is not None and last.epoch != self._epoch:
            self._published = -1

    def _keep_house(self, *, is_last: bool) -> float:
        is_wanted = self._places.wanted.exists()
        is_due = is_last or self._clock.monotonic() >= self._publish_at
        if is_wanted or (is_due and self._applied != self._published):
            self._places.wanted.unlink(missing_ok=True)
            self._publish(is_last=is_last)
            return 0.0  # what came meanwhile has waited long enough
        if not is_last:
            self._tidy()
        return POLL_SECONDS

    def _tidy(self) -> None:
        now = self._clock.monotonic()
        if now >= self._tidy_at:
            # also after a failure, which the next turn need not repeat
            self._tidy_at = now + TIDY_EVERY_SECONDS
            if self._live.tidy():
                self._tidy_at = now

    def _publish(self, *, is_last: bool) -> None:
        last = publication.newest(self._places)
        if last is None or (last.seq, last.epoch) != (self._applied, self._epoch):
            last = self._live.publish() if is_last else self._live.publish(meanwhile=self._catch_up)
        rest = max(self._publish_every_seconds, PUBLISH_SHARE * last.cost_seconds)
        self._publish_at = self._clock.monotonic() + rest
        self._published = last.seq

    def _catch_up(self) -> None:
        """A publication takes its time; facts need not wait for all of it."""
        self._applied = self._live.drain()
        self._note()

    def _close_history(self) -> None:
        self._live.close()
