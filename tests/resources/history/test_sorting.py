"""Months that are over lie in the order of their trends, and say what they said before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from benchmarks.years.storing import store_comparisons, store_runs
from history_builders import Home, StoppedClock
from resources.history import migrations, sorting
from resources.history.connection import open_writing
from resources.history.owner import Owner
from resources.history.sorting import LEAST_ROWS, sort_a_slice

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
# 90 days of 50 runs each, with a view, of seven definitions, as they came in
RUNS = """
SELECT range AS run_seq, 'run-' || range AS run_id, 'default' AS org_id, 'watch-' || range % 7 AS definition_id,
    TIMESTAMPTZ '2026-09-01 00:00:00Z' + to_minutes((range % 10_000) * 28) AS completed_at
FROM range({first}, {end})
"""
COMPARISONS = """
SELECT range AS run_seq, 'default' AS org_id, 'view-' || hash(range) % 3 AS view, range / 4500 AS score FROM range({first}, {end})
"""
IN_PLACE = """
SELECT completed_at::DATE >= '2026-11-01', definition_id, run_seq
FROM internal.comparisons AS told JOIN internal.automated_runs USING (run_seq) ORDER BY told.rowid
"""


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorting, "LEAST_ROWS", 100)
    monkeypatch.setattr(sorting, "SLICE_ROWS", 500)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with open_writing(tmp_path / "live.duckdb") as connection:
        migrations.migrate(connection, migrations.known())
        store(connection)
    return tmp_path / "live.duckdb"


@pytest.fixture
def live(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_writing(path) as connection:
        yield connection


def store(connection: duckdb.DuckDBPyConnection, *, first: int = 0, end: int = 4500) -> None:
    store_runs(connection, RUNS.format(first=first, end=end))
    store_comparisons(connection, COMPARISONS.format(first=first, end=end))


def facts(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return connection.execute("FROM comparisons ORDER BY ALL").fetchall()


def sort_all(connection: duckdb.DuckDBPyConnection, now: datetime = NOW) -> int:
    slices = 0
    while sort_a_slice(connection, now):
        slices += 1
    return slices


def test_months_that_are_over_are_sorted_and_no_fact_changes(live: duckdb.DuckDBPyConnection) -> None:
    before = facts(live)

    assert sort_all(live) > 6

    assert facts(live) == before
    rows = live.execute(IN_PLACE).fetchall()
    this_month = [row for row in rows if row[0]]
    assert [row[2] for row in this_month] == sorted(row[2] for row in this_month)
    assert rows[: len(this_month)] == this_month  # it stays where it was; what was sorted went behind it
    places = [row[1] for row in rows if not row[0]]
    assert sum(one != other for one, other in pairwise(places)) == 2 * 7 - 1


def test_what_is_sorted_is_not_looked_at_again(live: duckdb.DuckDBPyConnection) -> None:
    sort_all(live)
    rows = live.execute(IN_PLACE).fetchall()

    assert sort_all(live) == 0
    assert live.execute(IN_PLACE).fetchall() == rows


def test_a_month_is_left_alone_until_two_days_after_its_end(live: duckdb.DuckDBPyConnection) -> None:
    rows = live.execute(IN_PLACE).fetchall()

    assert sort_all(live, datetime(2026, 10, 2, 12, tzinfo=UTC)) == 0
    assert live.execute(IN_PLACE).fetchall() == rows


def test_a_small_month_is_left_as_it_is(
    live: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sorting, "LEAST_ROWS", 5000)
    rows = live.execute(IN_PLACE).fetchall()

    sort_all(live)

    assert live.execute(IN_PLACE).fetchall() == rows


def test_more_than_a_row_group_in_one_transaction_arrives_whole(tmp_path: Path) -> None:
    """DuckDB 2.0.0 with two threads stored nothing of it, and said nothing; see `open_writing`."""
    with open_writing(tmp_path / "live.duckdb") as connection:
        migrations.migrate(connection, migrations.known())
        connection.begin()
        store_runs(connection, RUNS.format(first=0, end=LEAST_ROWS + 1) + "ORDER BY run_seq")
        connection.commit()

        assert connection.execute("SELECT count(run_id) FROM automated_runs").fetchone() == (LEAST_ROWS + 1,)


def test_clocks_that_jump_and_facts_that_come_late_lose_nothing(live: duckdb.DuckDBPyConnection) -> None:
    before = facts(live)

    sort_all(live, datetime(2031, 1, 1, tzinfo=UTC))
    store(live, first=14_000, end=14_500)  # of a month that counts as over
    sort_all(live, datetime(2020, 1, 1, tzinfo=UTC))
    sort_all(live)

    assert facts(live)[:4500] == before
    assert len(facts(live)) == 5000


def test_one_that_dies_in_the_midst_of_a_slice_has_done_nothing_of_it(path: Path) -> None:
    connection = open_writing(path)
    before = facts(connection)
    assert sort_a_slice(connection, NOW)
    connection.begin()
    connection.execute("DELETE FROM internal.comparisons WHERE run_seq < 3000")
    connection.close()  # as a crash: nobody has committed

    with open_writing(path) as again:
        assert facts(again) == before
        sort_all(again)
        assert facts(again) == before


def test_the_owner_sorts_when_it_has_nothing_else_to_do(home: Home) -> None:
    home.finish(1)
    home.history.drain()
    with open_writing(home.history.places.live) as connection:
        store(connection, first=100, end=4600)
    owner = Owner(home.path, home.ledgers, StoppedClock(NOW), publish_every_seconds=3600.0)

    for _ in range(40):
        owner.turn()
    owner.let_go()

    with open_writing(home.history.places.live) as connection:
        done = connection.execute("SELECT count(*), count(up_to) FROM internal.sorted_months").fetchone()
        assert done == (2, 0)
        assert connection.execute("SELECT count(*) FROM comparisons").fetchone() == (4520,)
