"""The ledger's default database: one SQLite file in WAL mode, fair to many writing processes."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from inspect_pipelines.errors import InspectError, SetupMissing, Unavailable, Unreadable
from resources.ledger.engines import Engines

T = TypeVar("T")

PATIENCE_SECONDS = 30.0
CHECKPOINT_PAGES = 4000  # 16 MB: the one commit in 300 that checkpoints takes 20 ms
RETRY_JITTER_SECONDS = (0.0005, 0.003)  # SQLite's own busy handler let single writers wait 5 s

Failure = sqlite3.DatabaseError | sa.exc.DatabaseError

IMMEDIATE = ("PRAGMA synchronous = FULL", "BEGIN IMMEDIATE")
REPEATABLE = (
    "PRAGMA synchronous = NORMAL",  # no fsync of its own: whoever waits to write waits less
    "BEGIN IMMEDIATE",
)
SNAPSHOT = (
    "BEGIN",
    "SELECT 1 FROM sqlite_schema LIMIT 1",
)  # a deferred transaction sees what its first read sees
PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # an answered commit survives a power cut
)

# Whoever opens the file first makes its -shm anew, which a full disk refuses; alone, SQLite keeps that in memory. Such a
# connection is closed after each use, since it keeps all others out.
ALONE = ("PRAGMA locking_mode = EXCLUSIVE",)
NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


class SqliteDatabase:
    """Transactions over one SQLite file."""

    def __init__(
        self,
        path: Path,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        checkpoint_pages: int = CHECKPOINT_PAGES,
        called: str = "the ledger",
    ) -> None:
        self.name = str(path)
        self._called = called
        self._pragmas = (*PRAGMAS, f"PRAGMA wal_autocheckpoint = {checkpoint_pages}")
        self._path = path
        self._patience_seconds = patience_seconds
        self._engines = Engines(self._make_engine)
        self._without_room = Engines(lambda: self._make_engine(ALONE, is_kept=False))

    @contextmanager
    def write(self, *, of: str | None = None, is_durable: bool = True) -> Iterator[sa.Connection]:
        """One IMMEDIATE transaction: from its first statement on the only writer.

        Args:
            of: The organisation that it writes for, which makes no difference here: the file has one writer.
            is_durable: False: a power cut may take it back, which its caller repeats.
        """
        with self._connection(IMMEDIATE if is_durable else REPEATABLE) as connection:
            yield connection
            connection.commit()

    @contextmanager
    def read(self, *, of: str | None = None) -> Iterator[sa.Connection]:
        """One snapshot, of all rows of the file; never waits for a writer, only for the moment in which a crashed one is cleaned up after.

        Also on a full disk: people look there then, and free room from there.
        """
        with self._connection(SNAPSHOT, needs_room=False) as connection:
            yield connection

    def close(self) -> None:
        self._engines.close()
        self._without_room.close()

    @contextmanager
    def _connection(self, begin: tuple[str, ...], *, needs_room: bool = True) -> Iterator[sa.Connection]:
        with self._told_in_sentences():
            connection = self._connected(needs_room=needs_room)
            with connection.execution_options(
                inspect_begin=begin
            ):  # leaving it rolls back what was not committed
                yield connection

    def _connected(self, *, needs_room: bool) -> sa.Connection:
        try:
            return self._patiently(self._engines.engine().connect)
        except (sqlite3.OperationalError, sa.exc.OperationalError) as error:
            if needs_room or _code(error) not in NO_ROOM:
                raise
        return self._patiently(self._without_room.engine().connect)

    def _begin(self, connection: sa.Connection) -> None:
        """Start a transaction; SQLAlchemy calls it before the first statement."""
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        self._patiently(lambda: _run_all(raw, connection.get_execution_options()["inspect_begin"]))

    def _patiently(self, attempt: Callable[[], T]) -> T:
        gives_up_at = time.monotonic() + self._patience_seconds
        while True:
            try:
                return attempt()
            except (sqlite3.OperationalError, sa.exc.OperationalError) as error:
                if _code(error) not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    raise
                if time.monotonic() >= gives_up_at:
                    raise Unavailable(
                        f"{self._called} {self.name!r} stayed locked by another process for "
                        f"{self._patience_seconds:g} s; nothing was changed: end that process "
                        f"(fuser {self.name!r} names it) and try again"
                    ) from error
            time.sleep(random.uniform(*RETRY_JITTER_SECONDS))

    @contextmanager
    def _told_in_sentences(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.DatabaseError, sa.exc.DatabaseError) as error:
            if sentence := self._sentence(error):
                raise sentence from error
            raise

    def _sentence(self, error: Failure) -> InspectError | None:
        cause = _cause(error)
        match _code(error):
            case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
                return Unavailable(
                    f"{self._called} {self.name!r} cannot be written: {cause}; nothing was changed: "
                    "make room on its disk and try again"
                )
            case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
                return SetupMissing(
                    f"{self._called} {self.name!r} cannot be opened for writing: {cause}; "
                    "check the folder's owner and rights, or set INSPECT_HOME to another one"
                )
            case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
                return Unreadable(
                    f"{self._called} {self.name!r} is damaged: {cause}; put a backup in its place, "
                    "or move it away to start with an empty one"
                )
        return None

    def _make_engine(self, pragmas: tuple[str, ...] | None = None, *, is_kept: bool = True) -> sa.Engine:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise SetupMissing(
                f"the folder {str(self._path.parent)!r} cannot be made: {error.strerror}; "
                "set INSPECT_HOME to a folder that may be written"
            ) from error
        engine = sa.create_engine(
            sa.URL.create("sqlite", database=str(self._path)),
            # isolation_level None: sqlite3 begins nothing by itself; timeout 0: we wait, not its busy handler
            connect_args={"timeout": 0, "isolation_level": None, "check_same_thread": False},
            **({"pool_size": 4, "max_overflow": -1} if is_kept else {"poolclass": sa.NullPool}),
        )
        sa.event.listen(engine, "connect", partial(_prepare, pragmas or self._pragmas))
        sa.event.listen(engine, "begin", self._begin)
        return engine


def _prepare(pragmas: tuple[str, ...], connection: sqlite3.Connection, record: Any) -> None:
    try:
        _run_all(connection, pragmas)
    except sqlite3.Error:
        connection.close()
        raise


def _run_all(connection: sqlite3.Connection, statements: Iterable[str]) -> None:
    try:
        for statement in statements:
            connection.execute(statement).fetchall()
    except sqlite3.Error:
        connection.rollback()
        raise


def _cause(error: Failure) -> BaseException | None:
    return error.orig if isinstance(error, sa.exc.DatabaseError) else error


def _code(error: Failure) -> int | None:
    code = getattr(_cause(error), "sqlite_errorcode", None)
    return None if code is None else code & 0xFF  # the primary code; the rest tells details
