"""The published copy, held open between questions: opening it takes longer than answering most of them."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from resources.history.connection import open_reading
from resources.history.lake import Lake

MEMORY = "256MB"  # of all questions together, in a process that has other things to do
# A page of runs and one more, whose columns are read after its places are found and not before: of a million runs 5 ms
# instead of 10, and deep in the list 17 instead of 54. DuckDB does so for up to 50 rows by itself.
LATE_ROWS = 1000


@dataclass
class Opened:
    """A file, and the cursors over it that nobody uses now."""

    identity: tuple[int, int]
    connection: duckdb.DuckDBPyConnection
    idle: list[duckdb.DuckDBPyConnection] = field(default_factory=list)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """One to ask with; each that is made is remembered by DuckDB for ever, so they are used again."""
        if self.idle:
            return self.idle.pop()
        cursor = self.connection.cursor()
        cursor.execute("USE history")  # it begins where its connection began
        return cursor


class Reader:
    """Answers questions of the file that lies at a path now, one that took its place is seen at the next question; or of a lake.

    The file that was asked last is held open, and its room on the disk with it, until then. Threads ask at the same
    time. No connection crosses a fork.
    """

    def __init__(self, path: Path | Lake) -> None:
        self.path = path
        self._opened: Opened | None = None
        self._turn = threading.Lock()
        _LIVING.add(self)

    @contextmanager
    def asking(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor, for one question.

        Raises:
            duckdb.Error: The file is damaged.
            FileNotFoundError: It is not there.
        """
        with self._turn:
            opened = self._current()
            cursor = opened.cursor()
        try:
            yield cursor
        except duckdb.Error:
            self._forget(
                opened
            )  # DuckDB answers nothing more over a file of which one block could not be read
            raise
        with self._turn:
            opened.idle.append(cursor)

    def ask(
        self, statement: str, parameters: Mapping[str, Any] | None = None
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        """The columns and rows of one question.

        Raises:
            duckdb.Error: The file is damaged, or the lake cannot be reached.
            FileNotFoundError: It is not there.
        """
        try:
            return self._ask(statement, parameters)
        except duckdb.Error:
            if not isinstance(self.path, Lake):
                raise
            return self._ask(statement, parameters)  # its server may have hung up since the last question

    def _ask(
        self, statement: str, parameters: Mapping[str, Any] | None
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        with self.asking() as cursor:
            found = cursor.execute(statement, dict(parameters or {}))
            return [column[0] for column in found.description or ()], found.fetchall()

    def _forget(self, opened: Opened) -> None:
        with self._turn:
            if self._opened is opened:
                self._opened = None

    def _current(self) -> Opened:
        identity = _identity(self.path)
        if identity is None:
            raise FileNotFoundError(self.path)
        if self._opened is None or self._opened.identity != identity:
            self._opened = None  # not closed: who still asks is answered, the last one closes it
            connection = open_reading(self.path, memory=MEMORY, threads=1, late_rows=LATE_ROWS)
            self._opened = Opened(identity, connection)
        return self._opened

    def let_go_of_older(self) -> None:
        """Close a file that is not the one at the path any more, so that it can be made into the next one."""
        with self._turn:
            if self._opened is not None and self._opened.identity != _identity(self.path):
                self._opened = None

    def before_fork(self) -> None:
        self._turn.acquire()
        self._opened = None

    def after_fork_in_parent(self) -> None:
        self._turn.release()

    def after_fork_in_child(self) -> None:
        self._turn = threading.Lock()


def _identity(path: Path | Lake) -> tuple[int, int] | None:
    if isinstance(path, Lake):
        return 0, 0  # each question sees what was committed before it
    try:
        there = path.stat()
    except FileNotFoundError:
        return None
    return there.st_dev, there.st_ino


def let_go_of_older() -> None:
    """Every reader of this process."""
    _each("let_go_of_older")


_LIVING: weakref.WeakSet[Reader] = weakref.WeakSet()


def _each(deed: str) -> None:
    for reader in list(_LIVING):
        getattr(reader, deed)()


os.register_at_fork(
    before=lambda: _each("before_fork"),
    after_in_parent=lambda: _each("after_fork_in_parent"),
    after_in_child=lambda: _each("after_fork_in_child"),
)
