"""A worker's beat: who it is, and that it ends in order once its code is too old for the ledger."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event

import pytest

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.presence import Presence
from inspect_pipelines.engine.beat import Beat
from inspect_pipelines.engine.presence import presence
from patience import until
from prepared import prepare, prepared_ledgers


@pytest.fixture
def home(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path))
    prepare(tmp_path)
    return tmp_path


@contextmanager
def beating(said: list[str], is_too_old: Event) -> Iterator[None]:
    settings = Settings()
    beat = Beat(
        settings,
        lambda: presence(settings, "worker", "/here"),
        say=said.append,
        too_old=is_too_old.set,
    )
    beat.start()
    try:
        yield
    finally:
        beat.stop(wait_seconds=60)


def told(home: Path) -> list[Presence]:
    ledgers = prepared_ledgers(home / "ledger.db")
    try:
        return ledgers.presences.told()
    finally:
        ledgers.close()


def test_it_is_there_as_long_as_it_beats(home: Path) -> None:
    said, is_too_old = [], Event()

    with beating(said, is_too_old):
        until(lambda: [one.part for one in told(home)] == ["worker"])
        (worker,) = told(home)

    assert worker.plays
    assert told(home) == []
    assert (said, is_too_old.is_set()) == ([], False)


def test_one_whose_code_is_too_old_says_so_and_ends_in_order(home: Path) -> None:
    with closing(sqlite3.connect(home / "ledger.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.execute("UPDATE needs SET revision = '9998'")
    said, is_too_old = [], Event()

    with beating(said, is_too_old):
        until(is_too_old.is_set)

    (sentence,) = said
    assert "has schema '9999', written by a newer inspect-pipelines" in sentence
    assert sentence.endswith("this takes nothing new, and ends after its last run")


def test_a_ledger_that_cannot_be_read_is_said_once(home: Path) -> None:
    (home / "ledger.db").write_bytes(b"no database at all" * 100)
    said, is_too_old = [], Event()

    with beating(said, is_too_old):
        until(lambda: bool(said))

    assert "this goes on as it was" in said[0]
    assert not is_too_old.is_set()
