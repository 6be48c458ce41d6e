"""A ledger that is migrated already, copied for each test: every migration anew was a fifth of the suite's time."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path
from uuid import uuid4

from resources.ledger.store import SqlLedgers, create_ledgers


def prepared_ledgers(path: Path) -> SqlLedgers:
    """The ledgers in a SQLite file, which is made if there is none: empty, at the newest version, with an epoch of its own."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(_migrated())
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE journal_numbers SET epoch = ?", (uuid4().hex,))
    return create_ledgers(path)


def prepare(home: Path) -> None:
    """Put such a ledger into a home, for whatever builds a house over it."""
    prepared_ledgers(home / "ledger.db").close()


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.db"
        ledgers = create_ledgers(file)
        ledgers.migrate()
        ledgers.close()
        return file.read_bytes()
