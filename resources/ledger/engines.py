"""One engine a process: no connection crosses a fork, neither used nor closed by the child."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

TOGETHER = (
    ""  # whose rows a transaction writes, where the database itself sees to it that none is in another's way
)


class Engines:
    """Hands out this process's engine, made when first asked for."""

    def __init__(self, make: Callable[[], sa.Engine]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._engine: sa.Engine | None = None
        self._generation = 0
        _LIVING.add(self)

    def engine(self) -> sa.Engine:
        if self._engine is None:
            with self._lock:
                if self._engine is None:
                    self._engine = self._make()
                    sa.event.listen(self._engine, "connect", self._stamp)
                    sa.event.listen(self._engine, "checkin", self._close_when_stale)
        return self._engine

    def close(self) -> None:
        """Close all idle connections now and busy ones after their use; the next use opens new ones."""
        self._generation += 1
        if self._engine is not None:
            self._engine.dispose()

    def forget(self) -> None:
        """Start anew in a forked child, leaving alone whatever is the parent's."""
        if self._engine is not None:
            _INHERITED.append(self._engine)
        self._engine = None
        self._lock = threading.Lock()  # another thread of the parent may have held the old one

    def _stamp(self, connection: Any, entry: sa.pool.ConnectionPoolEntry) -> None:
        entry.info["generation"] = self._generation

    def _close_when_stale(self, connection: Any, entry: sa.pool.ConnectionPoolEntry) -> None:
        if connection is not None and entry.info["generation"] != self._generation:
            entry.invalidate()  # it would return to a pool that `dispose` has already left behind


_LIVING: weakref.WeakSet[Engines] = weakref.WeakSet()
_INHERITED: list[
    sa.Engine
] = []  # kept for ever: a child that closes the parent's SQLite connection corrupts it


def _before_fork() -> None:
    for engines in list(_LIVING):
        engines.close()


def _after_fork_in_child() -> None:
    for engines in list(_LIVING):
        engines.forget()


os.register_at_fork(before=_before_fork, after_in_child=_after_fork_in_child)
