"""Facts lie small in `internal`, and say through the views of people exactly what they were told as."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.years.storing import store_comparisons, store_runs
from builders import NOW, a_sha
from history_builders import Home, a_comparison, a_failed_run, facts_of
from inspect_pipelines.domain.comparison import Outcome
from resources.history import migrations
from resources.history.checksums import checksums
from resources.history.connection import open_writing

FACTS = ("automated_runs", "comparisons", "screenshots", "sessions", "steps", "findings")
SIGNS = st.text(alphabet="\x01\x02\x03a/.1", max_size=8) | st.text(max_size=8)
# what an older file may hold: texts with and without what is left out of them now, and nothing at all
OLD_RUNS = """
INSERT INTO automated_runs BY NAME
SELECT range AS run_seq, 'run-' || range AS run_id, ['one', 'two'][1 + range % 2] AS org_id,
    CASE WHEN range % 11 > 0 THEN 'watch-' || range % 3 END AS definition_id,
    CASE WHEN range % 5 > 0 THEN TIMESTAMPTZ '2026-10-31 23:00:00Z' + to_hours(range) END AS scheduled_at,
    CASE WHEN range % 7 > 0 THEN TIMESTAMPTZ '2026-10-31 23:00:00.123456Z' + to_hours(range) END AS requested_at,
    CASE WHEN range % 3 > 0 THEN requested_at + INTERVAL '1.5 seconds' END AS started_at,
    scheduled_at + INTERVAL 30 MINUTE AS deadline_at, requested_at + INTERVAL 50 SECOND AS completed_at,
    ['cron:watch-1:2026-11-01T02:00Z', concat('cron:', definition_id, ':', strftime(scheduled_at, '%Y-%m-%dT%H:%MZ')),
        'request:' || range, chr(1), 'x' || chr(1) || 'run-1', chr(2) || 'y', '', NULL][1 + range % 8] AS origin,
    [uuid()::VARCHAR, upper(uuid()::VARCHAR), 'dagster-1', '', NULL][1 + range % 5] AS dagster_run_id,
    [run_id || '.1', 'other', chr(2) || run_id, run_id || chr(1), NULL][1 + range % 5] AS session_id,
    ['/r/' || run_id || '/' || run_id || '.html', '', NULL][1 + range % 3] AS report_path,
    ['a' || chr(10) || 'b', 'a', '', NULL][1 + range % 4] AS reason,
    [['a', 'b'], ['a'], [''], [], ['b', NULL], NULL][1 + range % 6] AS reasons,
    [reason, 'because: ' || reason, chr(1), NULL][1 + range % 4] AS error_message,
    json_object('repo', range) AS trigger_event, range / 100 AS baseline_diff_score, 'b-' || range % 4 AS baseline_id
FROM range(300)
"""
OLD_PARTS = """
INSERT INTO {table} BY NAME
SELECT run_seq, run_id, org_id, definition_id, {session} AS session_id, 'shop' AS playbook_id, n, {columns}
FROM automated_runs, range(3) AS three(n)
"""
VIEW = """
    ['home', 'pay', NULL][1 + n] AS view_name, ['desktop', NULL][1 + run_seq % 2] AS viewport,
    ['/', '/pay', '', NULL][1 + run_seq % 4] AS route, concat('shop', '/', view_name, '@', viewport) AS view
"""
HASHES = "[sha256(run_seq::VARCHAR), upper(sha256('a')), '', '0123456789abcdef0123456789abcdef', 'é', NULL]"
OLD = {
    "comparisons": f"""
        {VIEW}, {HASHES}[1 + run_seq % 6] AS old_sha256, {HASHES}[1 + (run_seq + n) % 6] AS new_sha256,
        CASE WHEN n = 1 THEN {HASHES}[1 + run_seq % 5] END AS overlay_sha256, NULL AS side_by_side_sha256,
        ['[]', '[{{"x": 1}}]', NULL][1 + run_seq % 3] AS regions, ['', 'v1:9', NULL][1 + run_seq % 3] AS fingerprint,
        [0, 0, 0.25, NULL][1 + run_seq % 4] AS changed_ratio, [0, 0.125, NULL][1 + run_seq % 3] AS visible_ratio,
        ['the same picture', 'it moved', NULL][1 + run_seq % 3] AS reason, n = 0 AS passed, 'unchanged' AS outcome,
        baseline_id, completed_at AS compared_at, run_seq / 7 AS score
    """,
    "screenshots": f"{VIEW}, {HASHES}[1 + run_seq % 6] AS sha256, requested_at AS taken_at, 'open' AS step_id, n AS width_px",
    "sessions": "n AS attempt, 'failed' AS status, completed_at, started_at",
    "steps": "n AS attempt, n AS position, 'open' AS step_id, completed_at AS played_at, 'no button' AS message",
    "findings": f"'console' AS kind, {HASHES}[1 + run_seq % 6] AS screenshot_sha256, completed_at AS found_at",
}


@pytest.fixture(scope="module")
def macros() -> Iterator[duckdb.DuckDBPyConnection]:
    """Read only: what the migrations make of an empty file."""
    with duckdb.connect() as connection:
        migrations.migrate(connection, migrations.known())
        yield connection


@given(text=SIGNS | st.none(), part=SIGNS | st.none())
def test_a_short_text_is_whole_again_whatever_it_holds(
    macros: duckdb.DuckDBPyConnection, text: str | None, part: str | None
) -> None:
    found = macros.execute(
        "SELECT internal.whole(internal.shortened($text, $part), $part)", {"text": text, "part": part}
    )

    assert found.fetchone() == (text,)


@given(
    text=st.text(max_size=40) | st.text(alphabet="0123456789abcdefF", min_size=62, max_size=66) | st.none()
)
def test_a_hash_is_what_it_was_even_where_it_is_none(
    macros: duckdb.DuckDBPyConnection, text: str | None
) -> None:
    found = macros.execute("SELECT internal.hash_of(internal.bytes_of($text))", {"text": text})

    assert found.fetchone() == (text,)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file of schema 16, the last one whose tables of people held the rows."""
    with open_writing(tmp_path / "old.duckdb") as connection:
        migrations.migrate(connection, [one for one in migrations.known() if one.version < 17])
        connection.execute(OLD_RUNS)
        for table, columns in OLD.items():
            statement = OLD_PARTS.format(
                table=table, columns=columns, session="['s', run_id || '.2', NULL][1 + n]"
            )
            strange = "session_id, " if table == "comparisons" else ""
            connection.execute(
                statement.replace("BY NAME\nSELECT", f"BY NAME\nSELECT * EXCLUDE ({strange}n) FROM (SELECT")
                + ")"
            )
    return tmp_path / "old.duckdb"


def told(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    with open_writing(path) as connection:
        return {table: connection.execute(f"FROM {table} ORDER BY ALL").fetchall() for table in FACTS}


def described(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    question = (
        "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE schema_name = 'main' AND table_name = ? "
        "ORDER BY column_index"
    )
    with open_writing(path) as connection:
        return {table: connection.execute(question, [table]).fetchall() for table in FACTS}


def test_a_file_of_before_says_what_it_said_row_by_row(old: Path) -> None:
    rows, columns, sums = told(old), described(old), checksums(old)

    with open_writing(old) as connection:
        migrations.migrate(connection, [one for one in migrations.known() if one.version <= 17])

    assert described(old) == columns
    for table in FACTS:
        assert told(old)[table] == rows[table], table
        assert len(rows[table]) >= 300, table
    assert checksums(old) == sums
    with open_writing(old) as connection:
        kept = connection.execute("SELECT count(*) FROM internal.views").fetchone()
    assert kept == (12,)


def test_what_a_run_tells_arrives_whatever_its_ids_and_texts_are(home: Home) -> None:
    odd = a_failed_run(1, reason="")
    facts = facts_of(replace(odd, reason="first\nsecond"), comparisons=3)
    facts["run"] |= {
        "origin": "x\x01y",
        "dagster_run_id": "\x02",
        "error_message": "first\nsecond",
        "reasons": ["first", "second"],
    }
    facts["comparisons"][0] |= {
        "changed_ratio": 0.0, "visible_ratio": 0.0, "regions": [], "fingerprint": "", "new_sha256": a_sha("b"),
        "overlay_sha256": None, "side_by_side_sha256": None, "reason": "the same picture",
    }  # fmt: skip
    home.tell("run", facts)

    ((origin, dagster, error, reasons, session),) = home.rows(
        "SELECT origin, dagster_run_id, error_message, reasons, session_id FROM automated_runs"
    )
    assert (origin, dagster, error, reasons) == ("x\x01y", "\x02", "first\nsecond", ["first", "second"])
    assert session == facts["run"]["session_id"]
    for row in facts["comparisons"]:
        (found,) = home.rows(
            "SELECT reason, changed_ratio, visible_ratio, fingerprint, old_sha256, new_sha256, overlay_sha256, side_by_side_sha256 "
            f"FROM comparisons WHERE view_name = '{row['name']}'"
        )
        keys = "reason changed_ratio visible_ratio fingerprint old_sha256 new_sha256 overlay_sha256 side_by_side_sha256"
        assert found == tuple(row[key] for key in keys.split())
    assert home.rows("SELECT count(*) FROM internal.comparisons WHERE len(change) = 0") == [(1,)]


def test_views_have_one_number_however_often_they_are_told(home: Home) -> None:
    home.finish(1, 2)
    home.history.drain()
    home.finish(3)

    assert home.rows("SELECT count(DISTINCT view_seq), count(*) FROM internal.comparisons") == [(20, 60)]
    assert home.rows("SELECT count(*) - count(DISTINCT view_seq) FROM internal.views") == [(0,)]


def test_a_comparison_takes_few_bytes(tmp_path: Path) -> None:
    """What is not byte for byte as approved is one in twenty; sizes are DuckDB's own blocks."""
    path = tmp_path / "live.duckdb"
    with open_writing(path) as connection:
        migrations.migrate(connection, migrations.known())
        store_runs(
            connection,
            "SELECT range AS run_seq, uuid()::VARCHAR AS run_id, 'default' AS org_id, 'watch-' || range // 80 AS definition_id, "
            "TIMESTAMPTZ '2026-11-01 00:00:00Z' + to_seconds(range) AS requested_at, requested_at AS completed_at FROM range(20_000)",
        )
        store_comparisons(
            connection,
            "SELECT run AS run_seq, 'default' AS org_id, 'shop' AS playbook_id, 'view-' || k AS view_name, 'desktop' AS viewport, "
            "'/' AS route, concat('shop/', view_name, '@desktop') AS view, 'unchanged' AS outcome, true AS passed, "
            "hash(run, k) % 20 > 0 AS is_same, 'the same picture' AS reason, sha256(concat(run // 80, k)) AS old_sha256, "
            "sha256(concat(run, k)) AS new_sha256 FROM range(20_000) AS runs(run), range(10) AS views(k)",
        )
        connection.execute("CHECKPOINT")

    assert path.stat().st_size / 200_000 < 30  # of small files a third is what blocks leave empty


def test_a_view_that_was_removed_has_no_new_picture(home: Home) -> None:
    facts = facts_of(a_failed_run(1), comparisons=0)
    gone = a_comparison(
        "gone", outcome=Outcome.REMOVED, new_sha256=None, overlay_sha256=None, regions=(), changed_ratio=0.0
    )
    told_gone = facts_of(a_failed_run(1), comparisons=1)["comparisons"][0]
    facts["comparisons"] = [{**told_gone, "name": "gone", "outcome": gone.outcome.value, "new_sha256": None}]
    home.tell("run", facts)

    assert home.rows("SELECT outcome, old_sha256, new_sha256, compared_at FROM comparisons") == [
        ("removed", a_sha("b"), None, NOW)
    ]
