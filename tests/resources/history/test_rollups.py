"""What every page asks is kept with the facts: each definition's newest run, and each of its days."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from builders import NOW, a_run
from history_builders import Home, facts_of
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.ports.across import AGAIN
from resources.history import migrations
from resources.history.connection import open_writing

# what the tables of a batch's transaction must say, out of the runs themselves
NEWEST = """
SELECT org_id, definition_id, run_seq, run_id, status, verdict, requested_at, completed_at, baseline_diff_score,
    (SELECT max(completed_at) FROM automated_runs AS others
     WHERE others.definition_id = runs.definition_id AND others.status = 'passed') AS passed_at
FROM automated_runs AS runs
QUALIFY row_number() OVER (PARTITION BY org_id, definition_id ORDER BY requested_at DESC, run_id DESC) = 1 ORDER BY ALL
"""
DAYS = """
SELECT org_id, definition_id, completed_at::DATE AS day, count(*), count(*) FILTER (status = 'passed'),
    count(*) FILTER (status = 'failed'), count(*) FILTER (status = 'needs_review'),
    count(*) FILTER (status IN ('error', 'timeout')), count(*) FILTER (status IN ('skipped', 'cancelled')),
    sum(views_count)::BIGINT, sum(views_failed)::BIGINT, count(baseline_diff_score),
    round(coalesce(sum(baseline_diff_score), 0), 6), max(baseline_diff_score),
    coalesce(sum(duration_ms), 0)::BIGINT, max(duration_ms), max(late_ms)
FROM automated_runs GROUP BY ALL ORDER BY ALL
"""
SHOWN = "SELECT * REPLACE (round(diff_score_sum, 6) AS diff_score_sum) FROM daily_rollup ORDER BY ALL"


def an_ended_run(number: int, chance: random.Random) -> Run:
    at = NOW - timedelta(hours=chance.randrange(100))
    return replace(
        a_run(number),
        definition_id=chance.choice(["nightly", "weekly", "post-merge"]),
        status=chance.choice([status for status in RunStatus if not status.is_open]),
        reason="so",
        nominal_at=at,
        requested_at=at,
        claimed_at=chance.choice([None, at + timedelta(seconds=chance.randrange(90))]),
        completed_at=at + timedelta(seconds=100 + chance.randrange(9000)),
    )


@pytest.mark.parametrize("seed", range(2))
def test_both_say_what_the_runs_say_however_they_came_in(home: Home, seed: int) -> None:
    chance = random.Random(seed)
    for number in range(40):
        home.tell("run", facts_of(an_ended_run(number, chance), comparisons=chance.randrange(3)))
        if chance.random() < 0.15:
            home.history.drain()

    assert home.rows("SELECT * FROM schedule_last_run ORDER BY ALL") == home.rows(NEWEST)
    assert home.rows(SHOWN) == home.rows(DAYS)
    assert len(home.rows(SHOWN)) > 6


def test_a_run_that_is_told_again_counts_once(home: Home) -> None:
    home.tell("run", facts_of(an_ended_run(1, random.Random(0))))
    home.history.drain()
    home.tell(AGAIN, facts_of(an_ended_run(1, random.Random(0))))

    assert home.rows("SELECT sum(runs_count)::BIGINT FROM daily_rollup") == [(1,)]


def test_a_run_that_nobody_defined_is_no_trouble(home: Home) -> None:
    home.tell("run", {"run": {"id": "r"}})

    assert home.rows("SELECT count(*) FROM automated_runs") == [(1,)]
    assert home.rows("FROM daily_rollup") == home.rows("FROM schedule_last_run") == []


def test_a_history_of_before_is_counted_when_it_is_brought_up_to_date(tmp_path: Path) -> None:
    known = migrations.known()
    with open_writing(tmp_path / "old.duckdb") as connection:
        migrations.migrate(connection, [one for one in known if one.version < 15])
        connection.execute(
            """
            INSERT INTO automated_runs BY NAME
            SELECT range AS run_seq, 'run-' || lpad(range::VARCHAR, 4, '0') AS run_id, 'default' AS org_id,
                'watch-' || range % 3 AS definition_id, ['passed', 'failed', 'error', 'skipped'][1 + range % 4] AS status,
                TIMESTAMPTZ '2026-11-01 00:00:00Z' + to_hours(range) AS requested_at,
                requested_at + INTERVAL 20 MINUTE AS completed_at, 1000 * range AS duration_ms, range % 7 AS late_ms,
                range / 1000 AS baseline_diff_score, 4 AS views_count, range % 2 AS views_failed
            FROM range(200)
            """
        )

        migrations.migrate(connection, known)

        assert (
            connection.execute("FROM schedule_last_run ORDER BY ALL").fetchall()
            == connection.execute(NEWEST).fetchall()
        )
        assert connection.execute(SHOWN).fetchall() == connection.execute(DAYS).fetchall()
