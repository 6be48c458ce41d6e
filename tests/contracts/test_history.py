"""What every history promises, a file or a lake: a lake's turn is `pytest --lake` (tests/contracts/test_lake.py)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from builders import NOW, a_run
from history_builders import Home, a_home
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.run_filter import RunFilter
from inspect_pipelines.errors import NotFound, Unavailable, UsageError
from patience import until
from resources.history.lake import Lake
from resources.history.lake_owner import LakeOwner
from resources.history.owner import Owner


@pytest.fixture
def home(tmp_path: Path, lake: Lake | None) -> Iterator[Home]:
    home = a_home(tmp_path, lake=lake)
    yield home
    home.ledgers.close()


def test_ended_runs_come_newest_first_page_by_page_and_one_by_its_id(home: Home) -> None:
    home.finish(1, 2, 3)
    assert home.history.drain()
    history = home.history

    first = history.ended_runs(DEFAULT_ORG, limit=2)
    rest = history.ended_runs(DEFAULT_ORG, before=Position(first[-1].requested_at, first[-1].id))
    failed = history.ended_runs(DEFAULT_ORG, RunFilter(status=frozenset({RunStatus.FAILED})))
    one = history.ended_run(DEFAULT_ORG, a_run(2).id)

    assert [run.id for run in (*first, *rest)] == [a_run(number).id for number in (3, 2, 1)]
    assert len(failed) == 3
    old = history.old_facts(DEFAULT_ORG, NOW + timedelta(days=40))
    assert (old.runs, len(old.months), old.size_bytes > 0) == (3, 1, True)
    assert one is not None
    assert (one.status, one.completed_at) == (RunStatus.FAILED, NOW)
    assert history.ended_run(OrgId("another"), a_run(2).id) is None


def test_each_fact_is_there_once_with_all_that_belongs_to_it(home: Home) -> None:
    home.finish(1, 2)
    assert home.counts() == (2, 2, 0)

    home.finish(3, 4)
    home.history.drain()
    home.history.drain()

    assert home.counts() == (4, 4, 0)
    frame = home.history.frame("views_of_run", org_id=DEFAULT_ORG, run_id=a_run(2).id)
    assert len(frame) == 20


def test_text_from_pages_arrives_whatever_it_holds(home: Home) -> None:
    nasty = "zero \0 byte, '; DROP TABLE runs; --, \u202e, \U0001f642"
    home.tell("event", {"event": {"id": "e1", "org_id": DEFAULT_ORG, "title": nasty}})

    assert home.rows("SELECT title FROM events") == [(nasty,)]


def test_sql_of_somebody_elsewhere_sees_one_organisations_rows_and_changes_nothing(home: Home) -> None:
    home.finish(1)
    home.history.drain()

    def answers() -> bool:
        try:
            answered = home.history.answer(DEFAULT_ORG, "SELECT count(*) FROM comparisons")
        except Unavailable:  # its rows are still being gathered
            return False
        return answered.rows == ((20,),)

    until(answers)
    with pytest.raises(UsageError, match="would do more than read"):
        home.history.answer(DEFAULT_ORG, "DELETE FROM internal.views")


def test_a_persons_sql_reads_and_saves_and_reaches_nothing_else(home: Home, tmp_path: Path) -> None:
    home.finish(1)

    assert home.history.save("SELECT * FROM comparisons", str(tmp_path / "saved.parquet")) == 20
    assert home.history.export(str(tmp_path / "all"))["comparisons"] == 20
    with pytest.raises(UsageError, match="would do more than read"):
        home.history.query("DELETE FROM internal.views")
    with pytest.raises(UsageError, match="reaches beyond the run history"):
        home.history.query("SELECT * FROM read_text('/etc/hostname')")
    before, after = home.history.compact()
    assert before >= 0 < after
    assert home.counts() == (1, 1, 0)


def test_there_is_none_before_the_first_run(home: Home) -> None:
    assert home.history.ended_runs(DEFAULT_ORG) == []
    with pytest.raises(NotFound, match="there is no run history yet"):
        home.history.query("SELECT 1")


def test_one_owner_takes_everything_in_and_others_wait_for_it(home: Home, lake: Lake | None) -> None:
    def an_owner() -> Owner | LakeOwner:
        if lake is not None:
            return LakeOwner(lake, home.path, home.ledgers, home.clock)
        return Owner(home.path, home.ledgers, home.clock)

    owner, other = an_owner(), an_owner()
    home.finish(1, 2)

    assert owner.turn() is not None
    assert other.turn() is None
    assert not home.history.drain()
    assert (owner.status.is_owner, owner.status.applied_seq) == (True, 2)

    owner.let_go()
    assert other.turn() is not None
    other.let_go()
    assert other.status.published_seq == 2
    assert home.counts() == (2, 2, 0)


def test_a_ledger_that_was_restored_is_made_whole_again(home: Home) -> None:
    home.finish(1, 2)
    home.history.drain()
    assert home.history.ailment() == ""
    with home.ledgers.database.write() as connection:  # as a backup of before the second run leaves it
        connection.exec_driver_sql("DELETE FROM journal WHERE seq = 2")
        connection.exec_driver_sql("UPDATE sqlite_sequence SET seq = 1 WHERE name = 'journal'")
    assert home.history.ailment()

    home.finish(3)

    assert {row[0] for row in home.rows("SELECT run_id FROM automated_runs")} == {
        a_run(n).id for n in (1, 2, 3)
    }
    assert home.history.ailment() == ""
