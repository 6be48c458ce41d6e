"""The ledger's database when there is more than one machine: PostgreSQL through psycopg."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import sqlalchemy as sa

from inspect_pipelines.errors import InspectError, SetupMissing, Unavailable, UsageError
from resources.ledger.engines import TOGETHER, Engines
from resources.ledger.row_security import EVERYBODY, SETTING

PATIENCE_SECONDS = 30.0
FIRST_PATIENCE_SECONDS = 1.0
# A writer whose machine was cut off keeps its turn until the server ends its transaction: before the others lose their patience.
IDLE_SECONDS = 20.0
# And it would wait a quarter of an hour for an answer to what it had sent; libpq's names, of which a socket file needs none.
ALIVE: Mapping[str, int] = {
    "keepalives_idle": 10,  # s
    "keepalives_interval": 5,  # s
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # ms
    "connect_timeout": 10,  # s
}
PAUSE_SECONDS = (0.1, 0.5)  # so that those who wait do not come all at once
SNAPSHOT = {"isolation_level": "REPEATABLE READ"}
# Not by the driver, which afterwards lets a connection write that the server wants to read only.
ONLY_READ = "set_config('transaction_read_only', 'on', true)"
NO_ROOM = ("too many connections", "too many clients", "connection slots are reserved", "no more connections")
AWAY = (
    "08",
    "53",
    "57P",
)  # connection exceptions; no room; shutting down, starting, or going on as a standby
DRIVER = "postgresql+psycopg"

# One writer at a time in each organisation, as SQLite has it in all: the same use cases then race in the same (no) ways.
# Whoever writes for everybody keeps all of them out; an organisation's writers share the lock that he takes for himself.
WRITER_LOCK = 0x1A5BEC7  # any number, the same in all processes
SEE = f"set_config('{SETTING}', :org, true)"
WAIT = "set_config('lock_timeout', :patience, true), set_config('idle_in_transaction_session_timeout', :idle, true)"
TAKE_TURN = {
    "alone": "pg_advisory_xact_lock(:lock)",
    "together": "pg_advisory_xact_lock_shared(:lock)",
    "one": "pg_advisory_xact_lock_shared(:lock), pg_advisory_xact_lock(:lock, hashtext(:of))",
}


class PostgresDatabase:
    """Transactions over one PostgreSQL database."""

    def __init__(
        self,
        url: str,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        idle_seconds: float = IDLE_SECONDS,
        lock: int = WRITER_LOCK,
        called: str = "the ledger",
    ) -> None:
        try:
            self._url = sa.make_url(url)
        except (sa.exc.ArgumentError, ValueError) as error:
            raise UsageError("INSPECT_DATABASE_URL is not a database URL; " + HOW_TO_WRITE_IT) from error
        if self._url.drivername != DRIVER:
            raise UsageError(f"INSPECT_DATABASE_URL names {self._url.drivername!r}; " + HOW_TO_WRITE_IT)
        self.name = self._url.render_as_string(hide_password=True)
        self._patience_seconds, self._idle_seconds = patience_seconds, idle_seconds
        self._lock, self._called = lock, called
        self._engines = Engines(self._make_engine)
        self._was_there = False

    @contextmanager
    def write(self, *, of: str | None = None, is_durable: bool = True) -> Iterator[sa.Connection]:
        """One transaction, READ COMMITTED, that begins when its turn has come.

        Args:
            of: The organisation that it writes for, one transaction at a time; TOGETHER: beside all but those that are
                alone; None: for everybody, alone.
            is_durable: False: a power cut may take it back, which its caller repeats.
        """
        turn = "alone" if of is None else "together" if of == TOGETHER else "one"
        first = f"SELECT {WAIT}, {SEE}, {TAKE_TURN[turn]}"
        given = {
            "patience": f"{self._patience_seconds * 1000:.0f}ms",
            "idle": f"{self._idle_seconds * 1000:.0f}ms",
            "lock": self._lock,
            "of": of,
            "org": of or EVERYBODY,
        }
        with self._told_in_sentences(), self._begun(first, given) as connection:
            if not is_durable:
                connection.execute(sa.text("SET LOCAL synchronous_commit TO off"))
            yield connection

    @contextmanager
    def read(self, *, of: str | None = None) -> Iterator[sa.Connection]:
        """One snapshot of this organisation's rows; None: of everybody's."""
        given = {"org": of or EVERYBODY}
        with (
            self._told_in_sentences(),
            self._begun(f"SELECT {ONLY_READ}, {SEE}", given, **SNAPSHOT) as connection,
        ):
            yield connection

    def close(self) -> None:
        self._engines.close()

    @contextmanager
    def _begun(self, first: str, given: Mapping[str, object], **options: Any) -> Iterator[sa.Connection]:
        """A transaction and its first statement, again and again while the server is away: nothing has been done yet.

        Who has reached it before waits for its return, as long as for a lock; a restart takes seconds. Who has not has most
        likely a wrong URL.
        """
        patience = self._patience_seconds if self._was_there else FIRST_PATIENCE_SECONDS
        give_up_at = time.monotonic() + patience
        with ExitStack() as stack:
            while True:
                try:
                    connection = stack.enter_context(self._engines.engine().connect())
                    connection = connection.execution_options(**options)
                    stack.enter_context(connection.begin())
                    connection.execute(sa.text(first), given)
                    break
                except sa.exc.OperationalError as error:
                    if not _may_pass(error) or time.monotonic() > give_up_at:
                        raise
                    with suppress(sa.exc.DatabaseError):
                        stack.__exit__(
                            type(error), error, error.__traceback__
                        )  # rolls back; `close` would commit
                    time.sleep(random.uniform(*PAUSE_SECONDS))
            self._was_there = True
            yield connection

    @contextmanager
    def _told_in_sentences(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.DatabaseError as error:
            if sentence := self._sentence(error):
                raise sentence from error
            raise

    def _sentence(self, error: sa.exc.DatabaseError) -> InspectError | None:
        state = getattr(error.orig, "sqlstate", None)
        if state == "55P03":  # lock_not_available
            return Unavailable(
                f"{self._called} {self.name!r} stayed locked by another process for {self._patience_seconds:g} s; "
                "nothing was changed: look for a long transaction in pg_stat_activity and try again"
            )
        if state == "25P03":  # idle_in_transaction_session_timeout
            return Unavailable(
                f"{self._called} {self.name!r} has ended this transaction, which it had heard nothing of for "
                f"{self._idle_seconds:g} s; nothing was changed: try again"
            )
        # Insufficient resources: disk full, too many connections; who is not let in gets a text without a state.
        if (state or "").startswith("53") or any(text in str(error.orig) for text in NO_ROOM):
            return Unavailable(
                f"{self._called} {self.name!r} has no room: {_first_line(error)}; nothing was changed: "
                "look after the database server and try again"
            )
        if state == "25006":  # read_only_sql_transaction
            return Unavailable(
                f"{self._called} {self.name!r} takes no writes now, as a server does that stands by for another one or is "
                "being looked after; nothing was changed: name the server that writes in INSPECT_DATABASE_URL, or wait, "
                "and try again"
            )
        if isinstance(error, sa.exc.OperationalError):
            return Unavailable(
                f"{self._called} {self.name!r} does not answer: {_first_line(error)}; "
                "check INSPECT_DATABASE_URL and that the server runs, then try again"
            )
        return None

    def _make_engine(self) -> sa.Engine:
        try:
            return sa.create_engine(
                self._url,
                pool_size=4,
                max_overflow=16,
                pool_pre_ping=True,
                connect_args={
                    **ALIVE,
                    # PgBouncer may give the next transaction another server, which knows no statement of this one's.
                    "prepare_threshold": None,
                },
            )
        except ModuleNotFoundError as error:
            raise SetupMissing(
                "PostgreSQL needs the driver psycopg, which is not installed; "
                "get it with: pip install 'inspect-pipelines[postgres]'"
            ) from error


HOW_TO_WRITE_IT = f"write it as '{DRIVER}://user:password@host:5432/name', or unset it to use SQLite"


def _may_pass(error: sa.exc.OperationalError) -> bool:
    """Whether it is worth to come again: the server is away, or has no room; not that it refuses who asks."""
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return bool(state.startswith(AWAY))
    told = str(error.orig).lower()
    return "authentication" not in told and "does not exist" not in told


def _first_line(error: sa.exc.DatabaseError) -> str:
    return str(error.orig).strip().partition("\n")[0]
