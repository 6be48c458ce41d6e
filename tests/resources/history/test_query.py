from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from inspect_pipelines.errors import NotFound, Unreadable, UsageError
from resources.history import query
from resources.history.query import Limits


def test_a_query_before_the_first_run_says_how_to_make_one(home):
    with pytest.raises(
        NotFound, match="there is no run history yet; make a first run with: inspect-pipelines run"
    ):
        home.history.query("SELECT 1")


def test_a_query_sees_a_run_that_ended_just_before(home):
    for number in range(1, 4):
        home.finish(number)

        assert home.rows("SELECT max(run_id) FROM automated_runs") == [
            (f"01900000-0000-7000-8000-{number:012}",)
        ]


@pytest.mark.parametrize(
    "sql",
    [
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "FROM automated_runs",
        "DESCRIBE automated_runs",
        "SHOW TABLES",
        "SUMMARIZE automated_runs",
        "EXPLAIN SELECT 1",
        "PIVOT automated_runs ON status USING count(*)",
        "VALUES (1);",
    ],
)
def test_every_way_of_reading_is_allowed(home, sql):
    home.finish(1)

    assert home.history.query(sql).rows


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("", "the query holds no statement"),
        ("-- nothing", "the query holds no statement"),
        ("SELECT 1; SELECT 2", "the query holds 2 statements"),
        ("SELEKT 1", "the query is not SQL: Parser Error"),
        ("SELECT * FROM runs", "Table with name runs does not exist"),
        ("SELECT * FROM automated_runs WHERE nope = 1", 'column "nope" not found'),
        ("SELECT 'x'::INTEGER", "Could not convert string 'x' to INT32"),
        ("INSERT INTO internal.applied VALUES (99)", "would do more than read \\(INSERT\\)"),
        ("DROP TABLE automated_runs", "would do more than read \\(DROP\\)"),
        ("COPY automated_runs TO '/tmp/stolen.csv'", "would do more than read \\(COPY"),
        ("ATTACH '/tmp/other.duckdb'", "would do more than read \\(ATTACH\\)"),
        ("SET enable_external_access = true", "would do more than read \\(SET\\)"),
        ("PRAGMA enable_profiling", "would do more than read"),
        ("SELECT * FROM read_csv('/etc/hostname')", "reaches beyond the run history"),
        ("SELECT * FROM '/etc/hostname.csv'", "reaches beyond the run history"),
        ("EXPLAIN ANALYZE INSERT INTO internal.applied VALUES (99, 'x', 'y', 1)", "read-only"),
    ],
)
def test_a_query_that_is_wrong_or_would_do_more_than_read_is_refused_in_a_sentence(home, sql, sentence):
    home.finish(1)

    with pytest.raises(UsageError, match=sentence):
        home.history.query(sql)

    assert home.rows("SELECT seq FROM internal.applied") == [(1,)]


def test_queries_of_one_process_run_side_by_side_and_each_sees_the_newest_copy(home):
    """DuckDB shares an instance between connections to one name, so an open query could pin the old file."""
    home.finish(1)

    def look(number: int) -> bool:
        home.finish(number)
        return home.rows("SELECT count(*) FROM automated_runs")[0][0] >= 2

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(look, range(2, 10)))
    assert home.counts() == (9, 9, 0)


def test_a_damaged_copy_is_told_with_what_to_do(home):
    home.finish(1)
    home.history.drain()
    snapshot = home.history.places.snapshot
    before = snapshot.stat()
    snapshot.write_bytes(b"X" * before.st_size)  # bits that flipped: nobody wrote it
    os.utime(snapshot, ns=(before.st_atime_ns, before.st_mtime_ns))

    with pytest.raises(Unreadable, match=r"cannot be read: .*; delete it, the next query makes a new one"):
        home.history.query("SELECT 1")

    snapshot.unlink()
    assert home.counts() == (1, 1, 0)


def test_a_copy_that_somebody_wrote_over_is_published_anew(home):
    home.finish(1)
    home.history.drain()
    home.history.places.snapshot.write_bytes(b"not a database" * 1000)

    assert home.counts() == (1, 1, 0)


@pytest.mark.parametrize(
    ("sql", "limits", "sentence"),
    [
        (
            "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range % 7 = 3",
            Limits(seconds=0.5),
            "took longer than 0.5 s and was ended; ask for less, or open the published copy",
        ),
        ("SELECT * FROM range(5000)", Limits(rows=4999), "has more than 4,999 rows; give it a LIMIT"),
        (
            "SELECT list(range) FROM range(20000000)",
            Limits(memory="20MB"),
            "takes more than 20MB of memory; ask for less",
        ),
    ],
)
def test_a_query_that_takes_too_much_is_ended_with_a_sentence(home, sql, limits, sentence):
    """A cross join took all cores and 5 GB for as long as it liked."""
    home.finish(1)
    home.history.drain()

    with pytest.raises(UsageError, match=re.escape(sentence)):
        query.run(sql, home.history.places.snapshot, limits)


def test_as_many_rows_as_it_may_have_are_answered_whole(home):
    home.finish(1)
    home.history.drain()

    table = query.run("SELECT * FROM range(5000)", home.history.places.snapshot, Limits(rows=5000))

    assert len(table.rows) == 5000
