"""Dagster's storages in PostgreSQL, which keep a few connections instead of making one for each statement.

Dagster connects anew for each statement, some 80 times from a schedule's tick to its run's end; the server makes a process each
time, and 100 schedules took it 36 s of processor. Here all storages of a process share one pool. What it has checked out is what
Dagster would have opened; up to KEPT of them stay, are asked whether they live before they are used again, and are never waited for.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Self

import dagster as dg
import sqlalchemy as sa
from dagster._serdes import ConfigurableClassData
from dagster_postgres.event_log import PostgresEventLogStorage
from dagster_postgres.run_storage import PostgresRunStorage
from dagster_postgres.schedule_storage import PostgresScheduleStorage
from dagster_postgres.utils import pg_url_from_config, set_pg_statement_timeout

from inspect_pipelines.engine.event_log import without_our_stack
from resources.ledger.postgres import ALIVE

KEPT = 8  # connections of a process that does nothing; one with a single thread never has more than one
RECYCLE_SECONDS = 300  # something on the way may forget a connection that nobody uses
WAIT_SECONDS = (
    30.0  # for a server that is being restarted, or has no connection left, as the ledger waits for it
)
LOOK_EVERY_SECONDS = 0.5

# Whose tables this process has looked for: Dagster's code server makes an instance for each tick, which would look again.
_MADE: set[tuple[type, str]] = set()


@cache
def engine_of(url: str) -> sa.Engine:
    """This process's connections to that database; a fork begins with none."""
    engine = _engine(url, pool_size=KEPT, max_overflow=-1, pool_recycle=RECYCLE_SECONDS, pool_use_lifo=True)
    os.register_at_fork(after_in_child=lambda: engine.dispose(close=False))  # they are the parent's
    return engine


def _engine(url: str, **of_pool: Any) -> sa.Engine:
    return sa.create_engine(
        url, isolation_level="AUTOCOMMIT", pool_pre_ping=True, connect_args={**ALIVE}, **of_pool
    )


@contextmanager
def connected(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection, waiting for the server; nothing is done again once a statement was sent."""
    give_up_at = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            connection = engine.connect()
            break
        except sa.exc.OperationalError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(LOOK_EVERY_SECONDS)
    with connection:
        yield connection


class _Pooled:
    """What the three have in common; the first of their bases."""

    postgres_url: str
    _engine: sa.Engine

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        """Called by Dagster."""
        url = pg_url_from_config(config_value)
        its = cls(url, should_autocreate_tables=(cls, url) not in _MADE, inst_data=inst_data)  # type: ignore[call-arg]
        _MADE.add((cls, url))
        its._engine = engine_of(url)
        return its

    def optimize_for_webserver(self, statement_timeout: int, pool_recycle: int, max_overflow: int) -> None:
        """Called by Dagster's UI, whose questions end after so many milliseconds."""
        self._engine = _engine(
            self.postgres_url, pool_size=1, max_overflow=max_overflow, pool_recycle=pool_recycle
        )
        sa.event.listen(
            self._engine, "connect", lambda made, _: set_pg_statement_timeout(made, statement_timeout)
        )


class InspectPostgresRunStorage(_Pooled, PostgresRunStorage):
    """The same tables with the same content as Dagster's own; either can follow the other."""

    _has_columns_of_stats = False

    def connect(self) -> Any:
        """Called by Dagster for each statement."""
        return connected(self._engine)

    def has_run_stats_index_cols(self) -> bool:
        """Called by Dagster for each change of a run; a column that was there is not looked for again."""
        self._has_columns_of_stats = self._has_columns_of_stats or super().has_run_stats_index_cols()
        return self._has_columns_of_stats


class InspectPostgresScheduleStorage(_Pooled, PostgresScheduleStorage):
    """The same tables with the same content as Dagster's own; either can follow the other."""

    _has_instigators = False

    def __init__(self, *of_dagster: Any, **named: Any) -> None:
        self._built: set[str] = set()
        super().__init__(*of_dagster, **named)

    def connect(self, run_id: str | None = None) -> Any:
        """Called by Dagster for each statement."""
        return connected(self._engine)

    def has_instigators_table(self) -> bool:
        """Called by Dagster six times a tick, which takes longer than the tick's statements if it is looked up."""
        return self._has_instigators or super().has_instigators_table()

    def has_built_index(self, migration_name: str) -> bool:
        """Called by Dagster three times a tick."""
        if migration_name not in self._built and super().has_built_index(migration_name):
            self._built.add(migration_name)
        return migration_name in self._built

    def _has_instigators_table(self, conn: sa.Connection) -> bool:
        self._has_instigators = self._has_instigators or super()._has_instigators_table(conn)
        return self._has_instigators


class InspectPostgresEventLogStorage(_Pooled, PostgresEventLogStorage):
    """The same; in which a failure that is a site's has no stack of ours."""

    def store_event(self, event: dg.EventLogEntry) -> None:
        """Called by Dagster for every event of every run."""
        super().store_event(without_our_stack(event))

    def _connect(self) -> Any:
        return connected(self._engine)
