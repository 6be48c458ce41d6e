"""The projector's lease: whoever holds the flock on one file owns the live history, until it lets go or dies.

Where other machines work on the same ledger, whoever owns the history holds its name in the ledger, too: the kernel of one
machine says nothing of another one, and a shared folder's flock is not to be relied on.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inspect_pipelines.ports import leases
from inspect_pipelines.ports.across import AcrossSession, Ledgers
from resources.clock import SystemClock
from resources.disk.lock import take_lock

TERM_SECONDS = 60.0  # for so long nobody owns the history of a machine that is gone
RENEW_SECONDS = TERM_SECONDS / 4


class Lease:
    """Of one history; not shared between threads.

    Args:
        path: The file to lock.
        ledgers: Where its name is held, too, if other machines work there; None: nobody asks them.
        of: What every machine calls it; empty: it is the home's own, whose id lies beside the file.
    """

    def __init__(self, path: Path, ledgers: Ledgers | None = None, *, of: str = "") -> None:
        self._path = path
        self._of = of
        self._leases = ledgers.leases if ledgers is not None and ledgers.is_shared else None
        self._descriptor: int | None = None
        self._held: leases.Lease | None = None
        self._renew_at = 0.0

    @property
    def is_held(self) -> bool:
        return self._descriptor is not None

    @property
    def token(self) -> int:
        """Larger than that of every owner before; 0: all of them are of this machine, and there is none."""
        return self._held.token if self._held else 0

    def take(self) -> bool:
        """Whether this object holds the lease now; never waits for another holder."""
        if self._descriptor is not None:
            return True
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = take_lock(self._path)
        if self._descriptor is None or self._leases is None:
            return self._descriptor is not None
        me = f"process {os.getpid()} of {socket.gethostname()}"
        try:
            self._held = self._leases.take(self._name(), me, seconds=TERM_SECONDS)
        finally:
            if self._held is None:
                self._let_go()
        self._renew_at = time.monotonic() + RENEW_SECONDS
        return self.is_held

    def keep(self) -> bool:
        """Go on holding it; False, and it is released: another machine has taken it over."""
        if self._leases is not None and self._held is not None and time.monotonic() >= self._renew_at:
            if not self._leases.renew(self._held, seconds=TERM_SECONDS):
                self._let_go()
            self._renew_at = time.monotonic() + RENEW_SECONDS
        return self.is_held

    def guard(self, session: AcrossSession) -> None:
        """Go on with this transaction only as the owner.

        Raises:
            Overtaken: Another machine has taken it over.
        """
        if self._held is not None:
            session.fence.guard(self._held)

    def release(self) -> None:
        try:
            if self._leases is not None and self._held is not None:
                self._leases.release(self._held)
        finally:
            self._let_go()

    def forget(self) -> None:
        """In a forked child: its copy is closed, the parent keeps both."""
        self._let_go()

    def _let_go(self) -> None:
        self._held = None
        if self._descriptor is not None:
            os.close(self._descriptor)  # closing the last descriptor frees the flock
            self._descriptor = None

    def _name(self) -> str:
        """The history's own: homes of several machines over one ledger have a history each."""
        if self._of:
            return f"projector:{self._of}"
        file = self._path.with_name("id")
        if not file.exists():  # we hold the flock
            file.write_text(SystemClock().new_id(), encoding="ascii")
        return f"projector:{file.read_text(encoding='ascii')}"


@contextmanager
def holding(path: Path, ledgers: Ledgers | None = None, *, of: str = "") -> Iterator[Lease | None]:
    """Hold the lease for a block; yields None, and holds nothing, when another has it."""
    lease = Lease(path, ledgers, of=of)
    try:
        yield lease if lease.take() else None
    finally:
        lease.release()
