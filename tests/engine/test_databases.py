"""A database's file must not be changed for another one under the processes that hold it open."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from inspect_pipelines.engine.databases import Databases
from inspect_pipelines.errors import Unavailable


def test_a_file_that_comes_into_being_and_grows_is_fine(tmp_path: Path) -> None:
    databases = Databases([tmp_path / "ledger.db"])

    databases.check()
    (tmp_path / "ledger.db").write_text("one")
    databases.check()
    (tmp_path / "ledger.db").write_text("one and more")

    databases.check()


def test_a_copy_that_is_moved_over_it_is_told(tmp_path: Path) -> None:
    """A backup was moved over the ledger while `up` ran: runs were stored in a file without a name, and lost."""
    ledger = tmp_path / "ledger.db"
    ledger.write_text("today")
    databases = Databases([tmp_path / "inbox.db", ledger])
    databases.check()
    (tmp_path / "backup").write_text("yesterday")

    (tmp_path / "backup").replace(ledger)

    with pytest.raises(
        Unavailable, match=re.escape(f"{ledger} was replaced by another file while it was in use")
    ):
        databases.check()


def test_a_file_that_is_removed_is_told(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.db"
    ledger.touch()
    databases = Databases([ledger])
    databases.check()

    ledger.unlink()

    with pytest.raises(Unavailable, match="was removed while it was in use"):
        databases.check()
