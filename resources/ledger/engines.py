"""One engine a process: no connection crosses a fork, neither used nor closed by the child."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable

import sqlalchemy as sa


class Engines:
    """Hands out this process's engine, made when first asked for."""

    def __init__(self, make: Callable[[], sa.Engine]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._engine: sa.Engine | None = None
        _LIVING.add(self)

    def engine(self) -> sa.Engine:
        if self._engine is None:
            with self._lock:
                if self._engine is None:
                    self._engine = self._make()
        return self._engine

    def close(self) -> None:
        """Close all idle connections; the next use opens new ones."""
        if self._engine is not None:
            self._engine.dispose()

    def forget(self) -> None:
        """Start anew in a forked child, leaving alone whatever is the parent's."""
        if self._engine is not None:
            _INHERITED.append(self._engine)
        self._engine = None
        self._lock = threading.Lock()  # another thread of the parent may have held the old one


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
