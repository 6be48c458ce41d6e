"""Which runs have a living process on any machine: the locks of this one, and leases in the ledger that all of them share."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from inspect_pipelines.domain.loss import HERE
from inspect_pipelines.errors import InspectError, Refused, Unavailable
from inspect_pipelines.ports.leases import Lease, Leases, Standing
from resources.clock import SystemClock
from resources.workers import WorkerLocks

TERM_SECONDS = 45.0  # for so long a worker may not be heard of
BEAT_SECONDS = TERM_SECONDS / 4
# A ledger that was away lets all terms run out at once. So one that has is looked at twice: whoever lives beats between.
DOUBT_SECONDS = 2 * BEAT_SECONDS
FORGOTTEN_SECONDS = 86400.0  # a lost run's row: nobody sleeps for so long and has a run still
BOOT = Path("/proc/sys/kernel/random/boot_id")

_held: dict[str, Lease] = {}  # of this process by name, whichever object took it; a fork begins without
_beating: threading.Thread | None = None


class SharedWorkers(WorkerLocks):
    """`ports.Workers` where several machines work on one ledger.

    On its own machine a worker's lock says exactly whether it lives, so its lease is for the others: a term that it renews as
    long as it lives, and a token that it shows whenever it writes. Who was cut off is refused there once somebody has
    overtaken it, however long it sleeps.

    Args:
        folder: Of the locks.
        leases: Of the ledger.
        overtaken: Called once in the worker that finds out that another one has its run.
    """

    def __init__(self, folder: Path, leases: Leases, overtaken: Callable[[], None] | None = None) -> None:
        super().__init__(folder)
        self._leases = leases
        self._overtaken = overtaken or _interrupt

    def hold(self, dagster_run_id: str) -> None:
        super().hold(dagster_run_id)
        name = _name(dagster_run_id)
        if name in _held:
            return
        me = f"{self._here}, process {os.getpid()}"
        lease = self._taken(name, me)
        if lease is None and self.overtake(dagster_run_id, has_lock=True) is not None:
            lease = self._leases.take(name, me, seconds=TERM_SECONDS)
        if lease is None:
            super().release(dagster_run_id)
            raise Refused(
                f"Dagster run {dagster_run_id!r} is being worked on by {self._leases.holder(name)}; leave it to that one"
            )
        _held[name] = lease
        _beat(self._leases, self._overtaken)

    def is_alive(self, dagster_run_id: str) -> bool:
        if self._is_held_here(dagster_run_id):
            return True
        seen = self._leases.standing(_name(dagster_run_id))
        return seen is not None and seen.left > 0 and not self._is_ours(seen)

    def is_gone(self, dagster_run_id: str) -> bool:
        if self._is_held_here(dagster_run_id):
            return False
        return self._has_ended(dagster_run_id, self._leases.standing(_name(dagster_run_id)))

    def overtake(self, dagster_run_id: str, *, has_lock: bool = False) -> str | None:
        if not has_lock and self._is_held_here(dagster_run_id):
            return None
        name = _name(dagster_run_id)
        seen = self._leases.standing(name)
        if seen is not None and not self._has_ended(dagster_run_id, seen):
            return None
        if not self._leases.overtake(name, seen):
            return None
        for beginning in (_name(""), _doubt("")):
            self._leases.forget(beginning, over_for=FORGOTTEN_SECONDS)
        if seen is None or seen.is_released or self._is_ours(seen):
            return HERE
        return seen.holder.partition(" ")[0]

    def release(self, dagster_run_id: str) -> None:
        lease = _held.pop(_name(dagster_run_id), None)
        super().release(dagster_run_id)
        if lease is not None:
            self._leases.release(lease)

    def held(self) -> Sequence[Lease]:
        """What this process shows whenever it writes."""
        return [*_held.values()]

    def _taken(self, name: str, me: str) -> Lease | None:
        """A run that begins while the database is restarted waits for it."""
        clock = SystemClock()
        give_up_at = clock.monotonic() + TERM_SECONDS
        while True:
            try:
                return self._leases.take(name, me, seconds=TERM_SECONDS)
            except Unavailable:
                if clock.monotonic() > give_up_at:
                    raise
                clock.sleep(1.0)

    def _has_ended(self, dagster_run_id: str, seen: Standing | None) -> bool:
        if seen is None:
            return False
        if seen.is_released or self._is_ours(seen):
            return True
        return seen.left <= 0 and self._is_over_for_sure(dagster_run_id, seen)

    def _is_over_for_sure(self, dagster_run_id: str, seen: Standing) -> bool:
        doubt = self._leases.standing(_doubt(dagster_run_id))
        if doubt is not None and doubt.left - DOUBT_SECONDS >= seen.left:  # it began when the term was over
            return doubt.left <= 0
        self._leases.take(_doubt(dagster_run_id), self._here, seconds=DOUBT_SECONDS)
        return False

    def _is_ours(self, seen: Standing) -> bool:
        """Whether it was taken on this machine, since it was started: whose lock says exactly what it is worth."""
        return seen.holder.startswith(f"{self._here}, ")

    @property
    def _here(self) -> str:
        return f"{socket.gethostname()} ({self._id()})"

    def _id(self) -> str:
        """This home on this machine, since it was started: two machines may be copies of each other."""
        file = self._folder / "id"
        if not file.exists():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = file.with_name(f"id.{os.getpid()}")
            fresh.write_text(SystemClock().new_id(), encoding="ascii")
            with suppress(FileExistsError):  # another process was first
                os.link(fresh, file)
            fresh.unlink()
        boot = BOOT.read_text(encoding="ascii").strip() if BOOT.exists() else ""
        return f"{file.read_text(encoding='ascii')[-12:]}-{boot[:8]}"


def _name(dagster_run_id: str) -> str:
    return f"worker:{dagster_run_id}"


def _doubt(dagster_run_id: str) -> str:
    return f"doubt:{dagster_run_id}"


def _beat(leases: Leases, overtaken: Callable[[], None]) -> None:
    global _beating
    if _beating is None or not _beating.is_alive():
        _beating = threading.Thread(
            target=_renew, args=(leases, overtaken), name="heartbeat of a run", daemon=True
        )
        _beating.start()


def _renew(leases: Leases, overtaken: Callable[[], None]) -> None:
    """Until nothing is held any more; a ledger that does not answer is asked again at the next beat."""
    clock = SystemClock()
    while _held:
        clock.sleep(BEAT_SECONDS)
        renew_all(leases, overtaken)


def renew_all(leases: Leases, overtaken: Callable[[], None]) -> None:
    """One beat. What was overtaken stays held: who has it shows it, and is refused."""
    for lease in [*_held.values()]:
        try:
            is_ours = leases.renew(lease, seconds=TERM_SECONDS)
        except InspectError:
            continue
        if not is_ours and _held.get(lease.name) == lease:
            overtaken()


def _interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def _forget() -> None:
    """In a forked child: what its parent holds is its parent's."""
    global _beating
    _held.clear()
    _beating = None


os.register_at_fork(after_in_child=_forget)
