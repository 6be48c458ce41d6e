"""A ledger or a history that was replaced or restored: nothing is skipped, nothing is lost, and people are told."""

from __future__ import annotations

import shutil
import signal
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from builders import a_run
from history_builders import Home, a_failed_run, a_home
from inspect_pipelines.domain.ids import DEFAULT_ORG
from resources.history.owner import Owner
from resources.history.rebuild import rebuild

EVER = datetime(2000, 1, 1, tzinfo=UTC)


def backed_up(home: Home, *names: str) -> Path:
    """A copy of these files and folders of the home, nobody writing meanwhile."""
    home.ledgers.close()
    backup = home.path / "backup"
    shutil.rmtree(backup, ignore_errors=True)
    backup.mkdir()
    for name in names:
        for source in home.path.glob(f"{name}*"):
            copy = shutil.copytree if source.is_dir() else shutil.copy2
            copy(source, backup / source.name)
    return backup


def removed(home: Home, *names: str) -> None:
    home.ledgers.close()
    for name in names:
        for found in home.path.glob(f"{name}*"):
            shutil.rmtree(found) if found.is_dir() else found.unlink()


def restored(home: Home, *names: str) -> Home:
    """The home as a process that starts finds it, after these were put back."""
    removed(home, *names)
    for name in names:
        for source in (home.path / "backup").glob(f"{name}*"):
            copy = shutil.copytree if source.is_dir() else shutil.copy2
            copy(source, home.path / source.name)
    return a_home(home.path)


def runs(home: Home) -> set[str]:
    return {row[0] for row in home.rows("SELECT run_id FROM automated_runs")}


def ids(*numbers: int) -> set[str]:
    return {a_run(number).id for number in numbers}


def remarks(home: Home) -> str:
    return "\n".join(home.history.remarks(since=EVER))


def pruned(home: Home, up_to: int) -> None:
    """The journal as it is a week later."""
    with home.ledgers.write() as session:
        session.journal.prune(before=home.clock.now(), up_to_seq=up_to)


def test_runs_of_a_ledger_that_was_restored_are_in_the_history_beside_those_that_only_it_still_has(home):
    """They had numbers below the watermark, and were skipped for ever without a word."""
    home.finish(1, 2)
    backed_up(home, "ledger.db")
    home.finish(3, 4, 5)
    home.history.drain()

    home = restored(home, "ledger.db")
    home.finish(6)

    assert runs(home) == ids(1, 2, 3, 4, 5, 6)
    assert home.counts() == (6, 6, 0)
    assert "the ledger is older than the run history, which holds its facts up to number 5" in remarks(home)
    ((distinct,),) = home.rows("SELECT count(DISTINCT run_seq) FROM automated_runs")
    assert distinct == 6


def test_a_restored_ledger_that_went_beyond_the_watermark_before_anybody_looked_is_noticed(home):
    """Its newest number alone says nothing: other facts have taken the numbers of those that were lost."""
    home.finish(1, 2)
    backed_up(home, "ledger.db")
    home.finish(3, 4, 5)
    home.history.drain()

    home = restored(home, "ledger.db")
    home.finish(*range(6, 13))

    assert runs(home) == ids(*range(1, 13))
    assert home.counts() == (12, 12, 0)


def test_a_restored_ledger_that_stands_exactly_at_the_watermark_again_is_noticed(home):
    home.finish(1)
    backed_up(home, "ledger.db")
    home.finish(2)
    home.history.drain()

    home = restored(home, "ledger.db")
    home.finish(3)

    assert runs(home) == ids(1, 2, 3)


def test_a_backup_that_the_history_has_not_passed_needs_no_mending(home):
    home.finish(1)
    home.history.drain()
    home.finish(2)
    backed_up(home, "ledger.db")
    home.finish(3)

    home = restored(home, "ledger.db")
    home.finish(4)

    assert runs(home) == ids(1, 2, 4)
    assert remarks(home) == ""


def test_two_restores_in_a_row_lose_and_double_nothing(home):
    home.finish(1)
    backed_up(home, "ledger.db")
    home.finish(2, 3)
    home.history.drain()
    home = restored(home, "ledger.db")
    home.finish(4)
    home.history.drain()

    home = restored(home, "ledger.db")
    home.finish(5)

    assert runs(home) == ids(1, 2, 3, 4, 5)
    assert home.counts() == (5, 5, 0)
    home.finish(6, 7)
    assert home.counts() == (7, 7, 0)


def test_a_ledger_restored_after_its_journal_was_pruned_tells_states_again(home):
    home.finish(1, 2)
    home.history.drain()
    pruned(home, up_to=2)
    backed_up(home, "ledger.db")
    home.finish(3)
    home.history.drain()

    home = restored(home, "ledger.db")

    assert home.counts() == (3, 3, 0)
    assert "the ledger is older than the run history" in remarks(home)
    home.finish(4)
    assert runs(home) == ids(1, 2, 3, 4)


def test_a_new_ledger_gets_a_history_of_its_own_and_the_other_is_kept_whole(home):
    home.finish(1, 2, 3)
    home.history.drain()
    removed(home, "ledger.db")

    home = a_home(home.path)
    home.finish(4)

    assert runs(home) == ids(4)
    (kept,) = home.history.places.folder.glob("of-another-ledger-*.duckdb")
    assert f"the other is kept as {str(kept)!r}" in remarks(home)
    with duckdb.connect(str(kept), read_only=True) as connection:
        found = connection.execute("SELECT run_id FROM automated_runs").fetchall()
    assert {run_id for (run_id,) in found} == ids(1, 2, 3)


def test_a_list_of_runs_shows_none_of_another_ledgers_before_anybody_has_drained(home):
    home.finish(1)
    home.history.drain()
    removed(home, "ledger.db")

    assert a_home(home.path).history.ended_runs(DEFAULT_ORG) == []


def test_a_new_ledger_without_a_fact_shows_none_of_the_other_ones(home):
    home.finish(1)
    home.history.drain()
    removed(home, "ledger.db")
    home = a_home(home.path)

    owner = Owner(home.path, home.ledgers, home.clock)
    owner.turn()
    owner.let_go()

    assert home.history.ended_runs(DEFAULT_ORG) == []


def test_a_history_of_another_home_is_kept_aside_and_made_anew_from_the_ledger(tmp_path):
    ours, other = a_home(tmp_path / "ours"), a_home(tmp_path / "other")
    ours.finish(1, 2)
    ours.history.drain()
    pruned(ours, up_to=2)
    other.finish(7, 8, 9)
    other.history.drain()
    shutil.rmtree(ours.history.places.folder)
    shutil.copytree(other.history.places.folder, ours.history.places.folder)
    shutil.copy(other.history.places.published, ours.history.places.published)

    ours = a_home(ours.path)
    ours.finish(3)

    assert runs(ours) == ids(1, 2, 3)
    assert "it held the facts of another ledger" in remarks(ours)
    assert list(ours.history.places.folder.glob("of-another-ledger-*.duckdb"))
    assert runs(other) == ids(7, 8, 9)
    other.ledgers.close()
    ours.ledgers.close()


def test_a_history_restored_from_before_the_journal_begins_is_filled_from_the_ledger(home):
    home.finish(1)
    home.history.drain()
    backed_up(home, "history")
    home.finish(2, 3)
    home.history.drain()
    pruned(home, up_to=3)

    home = restored(home, "history")
    home.finish(4)

    assert runs(home) == ids(1, 2, 3, 4)
    assert "it ends at number 1, and the facts up to number 3 have left the journal" in remarks(home)
    ((verdict, reasons),) = home.rows(
        f"SELECT status, reasons FROM automated_runs WHERE run_id = '{a_run(2).id}'"
    )
    assert (verdict, reasons) == ("failed", ["shop/home@desktop changed"])


def test_a_live_file_restored_alone_takes_the_newer_publication(home):
    home.finish(1)
    home.history.drain()
    live = home.history.places.live
    backup = live.with_name("backup")
    shutil.copy(live, backup)
    home.finish(2, 3)
    home.history.drain()
    pruned(home, up_to=3)
    shutil.copy(backup, live)

    home.finish(4)

    assert home.counts() == (4, 4, 0)
    assert "it was older than its last publication" in remarks(home)
    assert list(live.parent.glob("older-*.duckdb"))


def test_an_older_snapshot_in_the_place_of_the_published_one_is_published_anew(home):
    home.finish(1)
    home.history.drain()
    snapshot = home.history.places.snapshot
    backup = snapshot.with_name("backup")
    shutil.copy(snapshot, backup)
    home.finish(2)
    home.history.drain()
    shutil.copy(backup, snapshot)

    assert runs(home) == ids(1, 2)


def test_a_history_whose_folder_is_gone_goes_on_from_the_copy_that_people_open(home):
    """It was made anew from a week of journal, and published over the years that only the copy still held."""
    home.finish(1, 2)
    home.history.drain()
    pruned(home, up_to=2)
    removed(home, "history/")
    shutil.rmtree(home.history.places.folder)

    home = a_home(home.path)
    home.finish(3)

    assert home.counts() == (3, 3, 0)
    assert "goes on from the published copy" in remarks(home)


def test_a_history_that_is_gone_altogether_is_made_from_what_the_ledger_still_holds(home):
    home.finish(1, 2)
    home.history.drain()
    pruned(home, up_to=2)
    removed(home, "history")

    home = a_home(home.path)

    assert runs(home) == ids(1, 2)
    assert "facts up to number 2 have left the journal" in remarks(home)
    assert len(home.history.remarks(since=EVER)) == 1
    home.finish(3)
    assert runs(home) == ids(1, 2, 3)
    assert len(home.history.remarks(since=EVER)) == 1


def test_a_published_copy_that_cannot_be_read_is_kept_aside(home):
    home.finish(1)
    home.history.drain()
    shutil.rmtree(home.history.places.folder)
    home.history.places.published.write_bytes(b"not a database")

    home = a_home(home.path)
    home.finish(2)

    assert runs(home) == ids(1, 2)
    (kept,) = home.history.places.folder.glob("unreadable-*.duckdb")
    assert kept.read_bytes() == b"not a database"


def test_the_owner_in_a_long_lived_process_mends_and_publishes(home):
    home.finish(1)
    backed_up(home, "ledger.db")
    home.finish(2, 3)
    home.history.drain()
    home = restored(home, "ledger.db")
    owner = Owner(home.path, home.ledgers, home.clock)

    owner.turn()
    home.finish(4)
    owner.turn()
    owner.let_go()

    assert {run.id for run in home.history.ended_runs(DEFAULT_ORG)} == ids(1, 2, 3, 4)


def test_a_rebuild_brings_a_restored_ledger_and_the_history_together(home):
    home.finish(1)
    backed_up(home, "ledger.db")
    home.finish(2)
    home.history.drain()
    home = restored(home, "ledger.db")

    assert "brings them together" in home.history.ailment()
    rebuild(home.path, home.ledgers, home.clock)

    assert home.history.ailment() == ""
    assert runs(home) == ids(1, 2)


def test_a_history_of_before_the_pairing_is_paired_and_stays_as_it_is(home):
    home.finish(1, 2)
    home.history.drain()
    with duckdb.connect(str(home.history.places.live)) as connection:
        connection.execute("UPDATE internal.applied SET epoch = NULL, mark = NULL")
    home.history.places.published_note.unlink()
    backed_up(home, "ledger.db")
    home.finish(3)
    home.history.drain()

    home = restored(home, "ledger.db")
    home.finish(4)

    assert runs(home) == ids(1, 2, 3, 4)


def test_states_that_the_restored_ledger_does_not_share_become_its_own(home):
    """What the history alone knows of is kept; of what both know, the ledger is the truth."""
    incident = {"incident": {"id": "i-1", "org_id": "default", "state": "open"}}
    home.finish(1)
    home.tell("incident", incident)
    backed_up(home, "ledger.db")
    home.tell("incident", {"incident": {"id": "i-1", "org_id": "default", "state": "resolved"}})
    home.tell("incident", {"incident": {"id": "i-2", "org_id": "default", "state": "open"}})
    home.history.drain()

    home = restored(home, "ledger.db")

    assert home.rows("SELECT incident_id, state FROM incidents ORDER BY ALL") == [
        ("i-1", "open"),
        ("i-2", "open"),
    ]


DIE = """
import os, signal, sys
from pathlib import Path
from history_builders import a_home
from resources.history import mending, publication
from resources.history.projector import Projector
from resources.history.store import DuckHistory
from resources.ledger.across import SqlAcrossJournal
from resources.ledger.journal import SqlJournal

where, number = sys.argv[2], int(sys.argv[3])
calls = 0

def deadly(owner, name):
    real = getattr(owner, name)
    def call(*arguments, **options):
        global calls
        calls += 1
        if calls == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **options)
    setattr(owner, name, call)

OWNERS = {"move": Projector, "apply": Projector, "renumber": SqlAcrossJournal, "append": SqlJournal,
          "link": os, "add": mending.remarks, "_create": mending, "publish": publication}
deadly(OWNERS[where], where)
a_home(Path(sys.argv[1])).history.drain()
print("survived")
"""


@pytest.mark.parametrize(
    ("where", "number"),
    [("add", 1), ("append", 1), ("append", 3), ("renumber", 1), ("move", 1), ("apply", 1), ("publish", 1)],
)
def test_a_mending_of_a_restored_ledger_that_is_killed_is_done_by_the_next(home, start_child, where, number):
    home.finish(1, 2)
    backed_up(home, "ledger.db")
    home.finish(3, 4)
    home.history.drain()
    home = restored(home, "ledger.db")
    home.finish(5, 6, 7)

    child = start_child(DIE, home.path, where, number)
    output, _ = child.communicate(timeout=300)

    assert (child.returncode, output) == (-signal.SIGKILL, "")
    assert home.counts() == (7, 7, 0)
    assert runs(home) == ids(*range(1, 8))


@pytest.mark.parametrize("where", ["add", "link", "apply", "move", "publish"])
def test_a_mending_of_another_ledgers_history_that_is_killed_is_done_by_the_next(home, start_child, where):
    home.finish(1, 2)
    home.history.drain()
    removed(home, "ledger.db")
    home = a_home(home.path)
    home.finish(3)
    pruned(home, up_to=1)
    home.finish(4)

    child = start_child(DIE, home.path, where, 1)
    output, _ = child.communicate(timeout=300)

    assert (child.returncode, output) == (-signal.SIGKILL, "")
    assert runs(home) == ids(3, 4)
    assert home.counts()[:2] == (2, 2)
    (kept, *_) = home.history.places.folder.glob("of-another-ledger-*.duckdb")
    with duckdb.connect(str(kept), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM automated_runs").fetchone() == (2,)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_filling_from_the_ledger_that_is_killed_is_done_by_the_next(home, start_child, number):
    home.finish(1, 2, 3)
    home.history.drain()
    pruned(home, up_to=3)
    removed(home, "history")
    home = a_home(home.path)

    child = start_child(DIE, home.path, "append", number)
    output, _ = child.communicate(timeout=300)

    assert (child.returncode, output) == (-signal.SIGKILL, "")
    assert runs(home) == ids(1, 2, 3)
    ((distinct, rows),) = home.rows("SELECT count(DISTINCT run_id), count(*) FROM automated_runs")
    assert distinct == rows


def test_a_run_that_ends_while_all_is_told_again_is_taken_once(home):
    home.finish(1)
    backed_up(home, "ledger.db")
    home.finish(2)
    home.history.drain()
    home = restored(home, "ledger.db")
    home.finish(3)
    home.history.drain()

    home.tell("run_again", _facts_of(3))
    home.tell("run_again", _facts_of(4))
    home.tell("run_again", _facts_of(4))

    assert home.counts() == (4, 4, 0)


def _facts_of(number: int):
    from history_builders import facts_of

    return facts_of(a_failed_run(number))
