"""The projector's lease: whoever holds the flock on one file owns the live history, until it lets go or dies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from resources.disk.lock import take_lock


class Lease:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def is_held(self) -> bool:
        return self._descriptor is not None

    def take(self) -> bool:
        """Whether this object holds the lease now; never waits."""
        if self._descriptor is not None:
            return True
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = take_lock(self._path)
        return self._descriptor is not None

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)  # closing the last descriptor frees the flock
            self._descriptor = None

    forget = release  # in a forked child: its copy is closed, the parent's keeps the flock


@contextmanager
def holding(path: Path) -> Iterator[bool]:
    """Hold the lease for a block; yields False, and holds nothing, when another has it."""
    lease = Lease(path)
    try:
        yield lease.take()
    finally:
        lease.release()
