"""The ledger's database when there is more than one machine: PostgreSQL through psycopg."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from inspect_pipelines.errors import InspectError, SetupMissing, Unavailable, UsageError
from resources.ledger.engines import TOGETHER, Engines
from resources.ledger.row_security import EVERYBODY, SETTING

PATIENCE_SECONDS = 30.0
DRIVER = "postgresql+psycopg"

# One writer at a time in each organisation, as SQLite has it in all: the same use cases then race in the same (no) ways.
# Whoever writes for everybody keeps all of them out; an organisation's writers share the lock that he takes for himself.
WRITER_LOCK = 0x1A5BEC7  # any number, the same in all processes
SEE = f"set_config('{SETTING}', :org, true)"
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
        self._patience_seconds, self._lock, self._called = patience_seconds, lock, called
        self._engines = Engines(self._make_engine)

    @contextmanager
    def write(self, *, of: str | None = None, is_durable: bool = True) -> Iterator[sa.Connection]:
        """One transaction, READ COMMITTED, that begins when its turn has come.

        Args:
            of: The organisation that it writes for, one transaction at a time; TOGETHER: beside all but those that are
                alone; None: for everybody, alone.
            is_durable: False: a power cut may take it back, which its caller repeats.
        """
        turn = "alone" if of is None else "together" if of == TOGETHER else "one"
        with (
            self._told_in_sentences(),
            self._engines.engine().connect() as connection,
            connection.begin(),
        ):
            connection.execute(
                sa.text(f"SELECT set_config('lock_timeout', :patience, true), {SEE}, {TAKE_TURN[turn]}"),
                {
                    "patience": f"{self._patience_seconds * 1000:.0f}ms",
                    "lock": self._lock,
                    "of": of,
                    "org": of or EVERYBODY,
                },
            )
            if not is_durable:
                connection.execute(sa.text("SET LOCAL synchronous_commit TO off"))
            yield connection

    @contextmanager
    def read(self, *, of: str | None = None) -> Iterator[sa.Connection]:
        """One snapshot of this organisation's rows; None: of everybody's."""
        with self._told_in_sentences(), self._engines.engine().connect() as connection:
            snapshot = connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            with snapshot.begin():
                snapshot.execute(sa.text(f"SELECT {SEE}"), {"org": of or EVERYBODY})
                yield snapshot

    def close(self) -> None:
        self._engines.close()

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
        if state is not None and state.startswith(
            "53"
        ):  # insufficient resources: disk full, too many connections
            return Unavailable(
                f"{self._called} {self.name!r} has no room: {_first_line(error)}; nothing was changed: "
                "look after the database server and try again"
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
                    "connect_timeout": 10,
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


def _first_line(error: sa.exc.DatabaseError) -> str:
    return str(error.orig).strip().partition("\n")[0]
