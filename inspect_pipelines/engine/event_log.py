"""Dagster's event log in SQLite, without making each run's database from nothing.

Dagster keeps one database a run and makes it, in whoever starts the run, by 21 DDL statements and an Alembic stamp that
reads 89 migrations: 0.15 s of computing and as many waits for the disk. Here the first database is made so, and
every later one is a copy of it. Also, each event is stored over a connection of its own, whose end writes the whole log
back: the process that executes a run keeps one open instead. So its events stand in SQLite's log beside the database, and
whoever follows the run (Dagster's UI) has to watch that as well.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.events import JobFailureData
from dagster._core.execution.plan.objects import StepFailureData
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorageWatchdog
from dagster._core.storage.sql import create_engine
from dagster._serdes import ConfigurableClassData
from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import NullPool
from watchdog.events import FileSystemEvent
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

EventHandlerFn = Callable[[dg.EventLogEntry, str], None]
SQLITE_ARGUMENTS = {"timeout": 30, "check_same_thread": False}  # seconds; Dagster's lock keeps threads apart


class InspectEventLogStorage(SqliteEventLogStorage):
    """The same files with the same content as Dagster's own; either can follow the other."""

    _run: tuple[str, Connection] | None = None  # the run that this process executes

    def keep_open(self, run_id: str) -> None:
        """Keep the connection to one run's events until this process ends; never called before a fork.

        A power cut may lose the last events, a killed process none; the ledger is what has to survive.
        """
        with self.run_connection(run_id):
            pass  # makes the database
        engine = create_engine(
            self.conn_string_for_shard(run_id), poolclass=NullPool, connect_args=SQLITE_ARGUMENTS
        )
        connection = engine.connect()
        connection.execute(text("PRAGMA synchronous = NORMAL"))
        connection.commit()
        self._run = (run_id, connection)

    def let_go(self) -> None:
        """Close the kept connection."""
        if self._run is not None:
            self._run[1].close()
            self._run = None

    def store_event(self, event: dg.EventLogEntry) -> None:
        """Called by Dagster for every event of every run."""
        super().store_event(without_our_stack(event))

    def watch(self, run_id: str, cursor: str | None, callback: EventHandlerFn) -> None:
        """Called by Dagster's UI for a run that somebody looks at; tells of events as they are stored."""
        observer = self._observer()
        watcher = _Watcher(self, run_id, callback, cursor)
        watched = observer.schedule(watcher, self._base_dir, recursive=True)
        self._watchers[run_id][callback] = (watcher, watched)

    def _observer(self) -> BaseObserver:
        """Of Dagster's own class, which ends it with the storage."""
        if self._obs is None:
            self._obs = Observer()  # type: ignore[assignment]  # its hint knows None only
            self._obs.start()  # type: ignore[attr-defined]
        return self._obs  # type: ignore[return-value]

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        if self._run is None or shard != self._run[0]:
            with super()._connect(shard) as connection:
                yield connection
            return
        with self._db_lock, self._run[1].begin():
            yield self._run[1]

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> InspectEventLogStorage:
        """Called by Dagster."""
        return cls(inst_data=inst_data, **config_value)

    def _initdb(self, engine: Engine, for_index_shard: bool = False) -> None:
        """Make the database behind an engine, unless it is there.

        The index too: when two processes make it at once, Dagster's own way stamps it with two revisions, and no process
        can open it ever again.
        """
        assert engine.url.database is not None  # always a file
        shard = Path(engine.url.database)
        if not shard.exists():
            _copy_once(self._template(), shard)
        elif not _is_whole(shard):  # Dagster's own storage has begun it
            super()._initdb(engine, for_index_shard)

    def _template(self) -> Path:
        """An empty database of this Dagster's schema; its name does not end in .db, so it is taken for no run's."""
        template = Path(self._base_dir) / f".empty-{dg.__version__}"
        if not template.exists():
            unfinished = template.with_name(f"{template.name}.{os.getpid()}")
            engine = create_engine(f"sqlite:///{unfinished}", poolclass=NullPool)
            super()._initdb(engine)
            engine.dispose()
            with closing(sqlite3.connect(unfinished)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            unfinished.replace(template)
        return template


class _Watcher(SqliteEventLogStorageWatchdog):
    """Dagster's own, which looks at the database's file only: nothing changes there as long as a run keeps it open."""

    def __init__(
        self, storage: InspectEventLogStorage, run_id: str, callback: EventHandlerFn, cursor: str | None
    ) -> None:
        super().__init__(storage, run_id, callback, cursor)
        shard = storage.path_for_shard(run_id)
        self._patterns = [shard, f"{shard}-wal"]

    def on_modified(self, event: FileSystemEvent) -> None:
        self._process_log()


def without_our_stack(event: dg.EventLogEntry) -> dg.EventLogEntry:
    """The event; of a failure that an op told on purpose, and of its run's, without where in our code it did so.

    Such a failure is the site's, and its sentence says all that there is to say. One with a cause is ours, and keeps it.
    """
    happened = event.dagster_event
    if happened is None:
        return event
    data = happened.event_specific_data  # None where nobody knows more than that it failed
    if isinstance(data, StepFailureData):
        return event._replace(dagster_event=_told(happened))
    step = data.first_step_failure_event if isinstance(data, JobFailureData) else None
    if isinstance(data, JobFailureData) and step is not None and (first := _told(step)) is not step:
        of_run = data._replace(error=first.step_failure_data.error, first_step_failure_event=first)
        return event._replace(dagster_event=happened._replace(event_specific_data=of_run))
    return event


def _told(step: dg.DagsterEvent) -> dg.DagsterEvent:
    data = step.event_specific_data
    if not isinstance(data, StepFailureData) or data.user_failure_data is None:
        return step
    if data.error is None or data.error.cause is not None:
        return step
    error = data.error._replace(message=f"{data.user_failure_data.description}\n", stack=[])
    return step._replace(event_specific_data=data._replace(error=error))


def _copy_once(template: Path, shard: Path) -> None:
    """A copy that appears whole; when another process is first, its copy stays."""
    unfinished = shard.with_name(f".{shard.name}.{os.getpid()}")
    shutil.copyfile(template, unfinished)
    with suppress(FileExistsError):
        os.link(unfinished, shard)
    unfinished.unlink()


def _is_whole(shard: Path) -> bool:
    """Whether it has its Alembic stamp, which comes last."""
    try:
        with closing(sqlite3.connect(shard, timeout=30)) as connection:
            return connection.execute("SELECT version_num FROM alembic_version").fetchone() is not None
    except sqlite3.OperationalError:
        return False
