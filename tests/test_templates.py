"""What tests copy is what the product makes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import templates
from prepared import prepared_ledgers
from resources.ledger.store import create_ledgers


def written(file: Path) -> list[str]:
    """All that makes the ledger, but for its epoch."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE journal_numbers SET epoch = ''")
        return sorted(connection.iterdump())


def migrated(file: Path) -> Path:
    ledgers = create_ledgers(file)
    ledgers.migrate()
    ledgers.close()
    return file


def test_a_ledger_is_the_same_whether_it_was_migrated_played_back_or_copied(tmp_path: Path) -> None:
    with templates.out_of_place():
        real = migrated(tmp_path / "real.db")
    prepared_ledgers(tmp_path / "copy.db").close()

    assert written(migrated(tmp_path / "played.db")) == written(real)
    assert written(tmp_path / "copy.db") == written(real)


def test_no_two_ledgers_have_one_epoch(tmp_path: Path) -> None:
    epochs = set()
    for name in ("one", "two"):
        with closing(sqlite3.connect(migrated(tmp_path / name))) as connection:
            epochs.add(connection.execute("SELECT epoch FROM journal_numbers").fetchone())

    assert len(epochs) == 2


def test_whoever_asks_for_it_has_all_of_it_made_by_the_product(
    tmp_path: Path, unprepared: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(templates, "_ledger", lambda: pytest.fail("it was copied"))

    assert migrated(tmp_path / "ledger.db").exists()
