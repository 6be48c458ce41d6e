"""The published copy is the reader's: whatever they do with it, nobody else notices."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from builders import NOW
from history_builders import StoppedClock, a_home
from inspect_pipelines.errors import Unavailable
from resources.history import publication
from resources.history.lease import Lease
from resources.history.live import LiveHistory

HOLD_READ_WRITE = """
import sys, duckdb
with duckdb.connect(sys.argv[1]) as connection:
    connection.execute("CREATE TABLE mine (x INTEGER)")
    connection.execute("BEGIN; INSERT INTO mine VALUES (1)")
    print("held")
    sys.stdin.readline()
    connection.execute("COMMIT; DELETE FROM internal.automated_runs")
    print("changed", connection.execute("SELECT count(*) FROM mine").fetchone()[0])
    sys.stdin.readline()
print("closed")
"""


def say(child, line: str = "\n") -> str:
    child.stdin.write(line)
    child.stdin.flush()
    return child.stdout.readline().strip()


def runs_in(path) -> int:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute("SELECT count(*) FROM automated_runs").fetchone()[0]


def test_a_person_who_holds_the_published_copy_read_write_stops_nobody(home, start_child):
    home.finish(1)
    home.history.drain()
    person = start_child(HOLD_READ_WRITE, Path(home.history.url()))
    assert person.stdout.readline().strip() == "held"

    home.finish(2, 3)
    assert home.history.drain()
    assert home.counts() == (3, 3, 0)
    assert runs_in(Path(home.history.url())) == 3  # a new file under the name; the person keeps the old one

    assert say(person) == "changed 1"
    home.finish(4)
    assert home.counts() == (4, 4, 0)
    assert say(person) == "closed"
    home.finish(5)
    assert home.counts() == (5, 5, 0)
    assert runs_in(Path(home.history.url())) == 5


def test_changes_a_crashed_person_left_in_a_wal_are_not_replayed_over_the_next_copy(home, start_child):
    home.finish(1)
    home.history.drain()
    person = start_child(HOLD_READ_WRITE, Path(home.history.url()))
    person.stdout.readline()
    say(person)
    person.kill()
    person.wait()
    assert Path(home.history.url()).with_name("history.duckdb.wal").exists()

    home.finish(2)
    home.history.drain()

    assert runs_in(Path(home.history.url())) == 2


def test_a_person_who_reads_the_live_file_is_told_apart_from_damage(home, start_child):
    """Only a foreign program can do that; it delays facts, and the message names it."""
    home.finish(1)
    home.history.drain()
    hold = "import sys, duckdb; c = duckdb.connect(sys.argv[1], read_only=True); print('held'); sys.stdin.readline()"
    person = start_child(hold, home.history.places.live)
    person.stdout.readline()

    home.finish(2)
    with pytest.raises(Unavailable, match=f"held open by another program: .*PID {person.pid}"):
        home.history.drain()
    say(person)
    person.wait()

    assert home.counts() == (2, 2, 0)


def test_a_publication_whose_file_was_deleted_is_made_again(home):
    home.finish(1)
    home.history.drain()
    Path(home.history.url()).unlink()

    home.history.drain()

    assert runs_in(Path(home.history.url())) == 1


def test_a_torn_note_counts_as_no_publication(home):
    home.finish(1)
    home.history.drain()
    home.history.places.published_note.write_text('{"seq": 1')

    assert publication.newest(home.history.places) is None
    assert home.counts() == (1, 1, 0)


def test_copies_that_a_killed_owner_left_half_made_are_swept_and_others_files_stay(home):
    home.finish(1)
    leftovers = [
        home.path / "history.duckdb.77-1.new",
        home.history.places.folder / "snapshot.duckdb.77-1.new",
    ]
    home.history.places.folder.mkdir(exist_ok=True)
    for file in [*leftovers, home.path / "compiled.json.new"]:
        file.write_text("half")

    home.history.drain()

    assert not any(file.exists() for file in leftovers)
    assert (home.path / "compiled.json.new").exists()


def test_journal_rows_are_forgotten_once_published_and_a_week_old(tmp_path):
    home = a_home(tmp_path, StoppedClock(NOW))
    with home.ledger.write() as session:
        for age_days in (8, 6):
            session.journal.append("run", {"run": {"id": "r"}}, at=NOW - timedelta(days=age_days))

    home.history.drain()

    with home.ledgers.read() as session:
        assert [seq for seq, _, _ in session.journal.after(0)] == [2]
    home.ledgers.close()


def test_facts_are_taken_in_while_a_publication_is_under_way_and_are_in_the_next_one(home):
    """Each publication kept every fact out of DuckDB for as long as it copied: half a second in the slowest hundredth."""
    home.finish(1)
    lease = Lease(home.history.places.lock)
    assert lease.take()
    live = LiveHistory(home.history.places, home.ledgers, home.clock)
    live.drain()
    seen = []

    def meanwhile() -> None:
        home.finish(2)
        seen.append(live.drain())

    first = live.publish(meanwhile=meanwhile)
    counted = runs_in(home.history.places.published)
    second = live.publish()
    live.close()
    lease.release()

    assert (seen, first.seq, counted) == ([2], 1, 1)
    assert (second.seq, runs_in(home.history.places.published)) == (2, 2)
