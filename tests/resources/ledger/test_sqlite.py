"""What only the SQLite ledger meets: other processes' locks, a full disk, a damaged file."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from builders import NOW, a_run
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.errors import SetupMissing, Unavailable, Unreadable
from patience import allowed
from resources.ledger.sqlite import SqliteDatabase
from resources.ledger.store import SqlLedgers, create_ledgers

ROOT = Path(__file__).parents[3]


def ledgers_in(path: Path, *, patience_seconds: float = 30.0) -> SqlLedgers:
    return SqlLedgers(SqliteDatabase(path / "ledger.db", patience_seconds=patience_seconds))


@pytest.fixture
def locker(tmp_path):
    """Another connection, as another process's would be: POSIX locks of one process do not stop each other, SQLite's
    own bookkeeping does.
    """
    ledgers_in(tmp_path).migrate()
    connection = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None, check_same_thread=False)
    yield connection
    connection.close()


def test_a_ledger_opens_nothing_until_it_is_used(tmp_path):
    create_ledgers(tmp_path / "home" / "ledger.db")

    assert not (tmp_path / "home").exists()


def test_a_write_waits_out_a_lock_shorter_than_its_patience(tmp_path, locker):
    ledgers = ledgers_in(tmp_path)
    locker.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    threading.Timer(0.3, locker.execute, ["COMMIT"]).start()

    with ledgers.of(DEFAULT_ORG).write() as session:
        session.runs.request(a_run())
        waited = time.monotonic() - began

    assert 0.2 < waited < allowed(10)
    with ledgers.of(DEFAULT_ORG).read() as session:
        assert session.runs.find(a_run().id) == a_run()


def test_a_lock_longer_than_the_patience_is_told_and_changes_nothing(tmp_path, locker):
    ledgers = ledgers_in(tmp_path, patience_seconds=0.2)
    locker.execute("BEGIN IMMEDIATE")

    with pytest.raises(
        Unavailable, match=r"stayed locked by another process for 0.2 s; nothing was changed"
    ) as told:
        request_a_run(ledgers)

    assert told.value.retry_may_help
    locker.execute("ROLLBACK")
    with ledgers.of(DEFAULT_ORG).read() as session:
        assert session.runs.open() == []
    request_a_run(ledgers)


def request_a_run(ledgers: SqlLedgers) -> None:
    with ledgers.of(DEFAULT_ORG).write() as session:
        session.runs.request(a_run())


def test_a_reader_does_not_wait_for_a_writer(tmp_path, locker):
    ledgers = ledgers_in(tmp_path, patience_seconds=0.0)
    locker.execute("BEGIN IMMEDIATE")
    locker.execute("INSERT INTO organizations (id, name) VALUES ('acme', 'Acme')")

    with ledgers.of(DEFAULT_ORG).read() as session:
        assert session.runs.open() == []


FILL = """
import resource, sys
from pathlib import Path
from builders import NOW
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.errors import InspectError
from resources.ledger.store import create_ledgers
ledgers = create_ledgers(Path(sys.argv[1]) / "ledger.db")
ledgers.migrate()
resource.setrlimit(resource.RLIMIT_FSIZE, (900_000, resource.RLIM_INFINITY))
try:
    while True:
        with ledgers.of(DEFAULT_ORG).write() as session:
            first = session.journal.append("run", {"text": "x" * 9000}, at=NOW)
            session.journal.append("run", {"text": "y" * 9000}, at=NOW)
        print(first)
except InspectError as error:
    print(type(error).__name__, error)
"""


def test_a_full_disk_is_told_and_every_answered_write_is_there_whole(tmp_path):
    """No file may grow over 900 kB, as on a full disk."""
    done = subprocess.run(
        [sys.executable, "-c", FILL, tmp_path],
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=300,
    )
    *answered, sentence = done.stdout.splitlines()

    assert sentence.startswith("Unavailable the ledger ")
    assert "nothing was changed: make room on its disk and try again" in sentence
    ledgers = ledgers_in(tmp_path)
    with ledgers.read() as session:
        kept = [seq for seq, _, _ in session.journal.after(0)]
    assert len(answered) > 5
    assert kept == list(range(1, 2 * len(answered) + 1))
    with ledgers.of(DEFAULT_ORG).write() as session:
        session.journal.append("run", {}, at=NOW)
    with sqlite3.connect(tmp_path / "ledger.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_file_that_is_no_database_is_told(tmp_path):
    (tmp_path / "ledger.db").write_bytes(b"not a database" * 500)

    with pytest.raises(Unreadable, match=r"is damaged: file is not a database; put a backup in its place"):
        ledgers_in(tmp_path).migrate()


def test_a_home_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "home").write_text("a file, not a folder")

    with pytest.raises(SetupMissing, match=r"the folder .* cannot be made: .*; set INSPECT_HOME"):
        ledgers_in(tmp_path / "home" / "inner").migrate()


def test_a_ledger_whose_place_is_a_folder_is_told(tmp_path):
    (tmp_path / "ledger.db").mkdir()

    with pytest.raises(SetupMissing, match="cannot be opened for writing: unable to open database file"):
        ledgers_in(tmp_path).migrate()


def test_an_answered_write_survives_a_power_cut(tmp_path):
    """SQLite's own words for that: WAL with synchronous=FULL (2)."""
    ledgers = ledgers_in(tmp_path)

    with ledgers.database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_what_may_be_repeated_costs_no_fsync_and_the_next_write_is_durable_again(tmp_path):
    database = SqliteDatabase(tmp_path / "inbox.db")
    levels = []

    for is_durable in (True, False, True):
        with database.write(is_durable=is_durable) as connection:
            levels.append(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())
    database.close()

    assert levels == [2, 1, 2]  # FULL, NORMAL, FULL


def test_naive_times_are_refused_before_they_are_stored(tmp_path):
    ledgers = ledgers_in(tmp_path)

    with (
        pytest.raises(sa.exc.StatementError, match=r"a naive time .* cannot be stored"),
        ledgers.of(DEFAULT_ORG).write() as session,
    ):
        session.journal.append("run", {}, at=NOW.replace(tzinfo=None))

    with ledgers.read() as session:
        assert session.journal.head() == 0


READS = """
import resource, signal, sys
from pathlib import Path
from inspect_pipelines.domain.ids import DEFAULT_ORG
from resources.ledger.store import create_ledgers
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # nothing can be written any more, as on a full disk
with create_ledgers(Path(sys.argv[1])).of(DEFAULT_ORG).read() as session:
    print([run.id for run in session.runs.open()])
"""


def test_the_ledger_can_be_read_on_a_full_disk(tmp_path):
    """`runs list` and `gallery prune` said that the ledger cannot be written, and asked for room on the disk."""
    request_a_run(ledgers_in(tmp_path))
    (path,) = tmp_path.rglob("ledger.db")
    copy = tmp_path / "copy.db"
    for end in ("", "-wal"):  # as a process leaves it that ends without closing it
        Path(f"{copy}{end}").write_bytes(Path(f"{path}{end}").read_bytes())

    done = subprocess.run(
        [sys.executable, "-c", READS, str(copy)], capture_output=True, text=True, check=False
    )

    assert (done.stdout.strip(), done.stderr) == (str([a_run().id]), "")
