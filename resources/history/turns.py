"""Turns: what owners of a file and of a lake share: the lease, what is taken in, and that no connection crosses a fork."""

from __future__ import annotations

import logging
import os
import threading
import weakref
from abc import ABC, abstractmethod
from dataclasses import dataclass

from inspect_pipelines.errors import InspectError, Overtaken
from inspect_pipelines.ports.across import Ledgers
from resources.history.lease import Lease

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Status:
    """How far it is."""

    is_owner: bool = False
    applied_seq: int = 0
    published_seq: int = 0


class Turns(ABC):
    """`ports.HistoryOwner`; one thread calls it, and no DuckDB connection of it crosses a fork."""

    def __init__(self, lease: Lease, ledgers: Ledgers) -> None:
        self.status = Status()
        self._lease = lease
        self._ledgers = ledgers
        self._applied = -1  # unknown until the history was opened
        self._epoch = ""  # of the ledger that it was drained from
        self._published = 0
        self._turn = threading.Lock()  # held while DuckDB is touched
        _LIVING.add(self)

    def turn(self) -> float | None:
        """Take in what the journal has, publish when it is time; returns the seconds until the next look.

        None: another process owns the history.
        """
        with self._turn:
            try:
                return self._take_turn(is_last=False)
            except Overtaken:
                self._give_up()
                raise
            finally:
                self._note()

    def let_go(self) -> None:
        """Drain and publish what is there, then give up the lease, whatever came of that."""
        with self._turn:
            try:
                self._take_turn(is_last=True)
            finally:
                self._give_up()
                self._note()

    def _note(self) -> None:
        self.status = Status(self._lease.is_held, max(self._applied, 0), self._published)

    def _take_turn(self, *, is_last: bool) -> float | None:
        if not self._lease.take():
            return None
        if not self._lease.keep():
            self._give_up()
            return None
        with self._ledgers.read() as ledgers:
            numbers = ledgers.journal.numbers()
        if (numbers.head, numbers.epoch) != (self._applied, self._epoch):  # less than before: it was restored
            self._applied, self._epoch = self._drain(), numbers.epoch
            self._drained()
        return self._keep_house(is_last=is_last)

    @abstractmethod
    def _drain(self) -> int:
        """Take everything in that the journal has; returns the newest seq."""

    @abstractmethod
    def _drained(self) -> None:
        """What is new is in."""

    @abstractmethod
    def _keep_house(self, *, is_last: bool) -> float:
        """Publish and tidy, where it is time; returns as `turn`. The last one is followed by `_close_history`."""

    @abstractmethod
    def _close_history(self) -> None:
        """Close what is open of it."""

    def _give_up(self) -> None:
        self._close()
        self._lease.release()

    def _close(self) -> None:
        try:
            self._close_history()
        except InspectError as error:
            log.warning("run history: %s", error)

    def before_fork(self) -> None:
        self._turn.acquire()
        self._close()

    def after_fork_in_parent(self) -> None:
        self._turn.release()

    def after_fork_in_child(self) -> None:
        """The child is no owner: its copy of the lease would keep the flock alive after the parent's death."""
        self._lease.forget()
        self._turn = threading.Lock()
        self._applied = -1
        self.status = Status()


_LIVING: weakref.WeakSet[Turns] = weakref.WeakSet()


def _each(deed: str) -> None:
    for owner in list(_LIVING):
        getattr(owner, deed)()


os.register_at_fork(
    before=lambda: _each("before_fork"),
    after_in_parent=lambda: _each("after_fork_in_parent"),
    after_in_child=lambda: _each("after_fork_in_child"),
)
