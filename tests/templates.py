"""What a new home gets first, copied instead of made anew: the ledger's migrations, the history's, Dagster's own databases.

Each takes a third of a second to two seconds of processor time, and thousands of tests begin with a new home. A worker
makes each of them once, as the product does; from then on, what would be made in an empty place is put there. Processes
that tests start know nothing of this and make all of it themselves, and so does a test that asks for `unprepared`.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.engine import storages
from inspect_pipelines.engine.instance import ensure_instance
from resources.clock import SystemClock
from resources.history.live import LiveHistory
from resources.history.places import Places
from resources.ledger import schema
from resources.ledger.sqlite import SqliteDatabase
from resources.ledger.store import create_ledgers

upgrade, make, create = schema.upgrade, storages._make, LiveHistory._create
make_engine = SqliteDatabase._make_engine


@contextmanager
def in_place() -> Iterator[None]:
    """Within it, new homes of this process are copies."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "upgrade", _upgrade)
        patch.setattr(storages, "_make", _make)
        patch.setattr(LiveHistory, "_create", _create)
        patch.setattr(SqliteDatabase, "_make_engine", _make_engine)
        yield


@contextmanager
def out_of_place() -> Iterator[None]:
    """Within it, all of it is made as the product makes it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "upgrade", upgrade)
        patch.setattr(storages, "_make", make)
        patch.setattr(LiveHistory, "_create", create)
        patch.setattr(SqliteDatabase, "_make_engine", make_engine)
        yield


def ledger() -> bytes:
    """A SQLite ledger at the newest version; whoever copies it gives it an epoch of its own."""
    return _ledger()[0]


@cache
def _ledger() -> tuple[bytes, tuple[str, ...]]:
    """The file, and what makes another one like it."""
    with out_of_place(), tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.db"
        ledgers = create_ledgers(file)
        ledgers.migrate()
        ledgers.close()
        with closing(sqlite3.connect(file)) as connection:
            dump = (each for each in connection.iterdump() if each not in ("BEGIN TRANSACTION;", "COMMIT;"))
            return file.read_bytes(), tuple(dump)


def _upgrade(connection: sa.Connection, name: str) -> None:
    is_empty = (
        connection.dialect.name == "sqlite"
        and connection.scalar(sa.text("SELECT count(*) FROM sqlite_master")) == 0
    )
    if not is_empty:
        upgrade(connection, name)
        return
    for statement in _ledger()[1]:
        connection.exec_driver_sql(statement)
    connection.execute(sa.text("UPDATE journal_numbers SET epoch = :epoch"), {"epoch": uuid4().hex})


@cache
def _compiling() -> sa.Engine:
    """What it has compiled, every ledger of this process uses: to compile a statement takes longer than to execute it."""
    engine = sa.create_engine("sqlite://", query_cache_size=5000)
    engine.connect().close()  # which tells its dialect what this SQLite can do
    return engine


def _make_engine(database: SqliteDatabase, *arguments: Any, **options: Any) -> sa.Engine:
    engine = make_engine(database, *arguments, **options)
    engine.dialect, engine._compiled_cache = _compiling().dialect, _compiling()._compiled_cache
    return engine


@cache
def _history() -> bytes:
    with out_of_place(), tempfile.TemporaryDirectory() as folder:
        places = Places(Path(folder))
        places.live.parent.mkdir(parents=True)
        ledgers = create_ledgers(Path(folder) / "ledger.db")
        LiveHistory(places, ledgers, SystemClock())._create()
        ledgers.close()
        return places.live.read_bytes()


def _create(live: LiveHistory) -> None:
    live._places.live_wal.unlink(missing_ok=True)
    new = live._places.live.with_name("new.duckdb")
    new.write_bytes(_history())
    new.replace(live._places.live)


@cache
def _dagster() -> Path:
    """A folder with Dagster's databases; it goes with the run's temporary folder."""
    home = Path(tempfile.mkdtemp(prefix="dagster-"))
    make(ensure_instance(home))
    return home / "dagster"


def _make(dagster_home: Path) -> None:
    databases = [dagster_home / name for name in storages.DATABASES]
    is_elsewhere = not storages.is_ours(dagster_home) or Settings().dagster_database_url is not None
    if is_elsewhere or any(each.exists() for each in databases):
        make(dagster_home)
        return
    for name, database in zip(storages.DATABASES, databases, strict=True):
        database.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_dagster() / name, database)
