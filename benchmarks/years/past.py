"""Years of runs and of what they compared, made by SQL inside DuckDB, in the tables of the real migrations, a month at a time.

Of a hundred views 95 are byte for byte what was approved, four differ within the tolerance, one changed; each definition approves anew once a month. Sessions, steps and pictures are left out: the goal names runs and
comparisons.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.years.storing import store_comparisons, store_runs
from resources.clock import SystemClock
from resources.history import migrations
from resources.history.connection import open_writing
from resources.history.schema import FOLDER
from resources.history.sorting import sort_a_slice

ROLLUPS = FOLDER / "0015_rollups.sql"
DEFINITIONS = 5000
MONTHS = 24
VIEWS = 10  # of a run
STATUSES = ["passed"] * 44 + ["failed", "failed", "needs_review", "error", "timeout", "skipped"]

TOLD = """
CREATE OR REPLACE TEMP TABLE told AS
SELECT n AS run_seq, definition, due, uuid_of(n, due) AS run_id, 'watch-' || definition AS definition_id,
    $statuses[1 + (hash(n) % len($statuses))::INTEGER] AS status,
    20000 + (hash(n, 1) % 60000)::BIGINT AS duration_ms, (hash(n, 2) % 4000)::BIGINT AS late_ms
FROM (SELECT range AS n, (hash(range, 9) % $definitions)::INTEGER AS definition, due_of(range) AS due FROM range($first, $end))
ORDER BY n;
"""
RUNS = """
SELECT run_seq, run_id, 'default' AS org_id, definition_id, 'schedule' AS definition_kind, definition_id AS schedule_id,
    'cron:' || definition_id || ':' || strftime(due, '%Y-%m-%dT%H:%MZ') AS origin, 'schedule' AS requested_by,
    uuid_of(run_seq + 500000000, due) AS dagster_run_id, 'acme/shop-' || definition % 40 AS repo, 'main' AS branch,
    'acme/shop-' || definition % 40 AS about_repo, 'main' AS about_branch,
    run_id || '.1' AS session_id, 'playbook-' || definition % 500 AS playbook_id,
    status, CASE WHEN status IN ('passed', 'failed', 'needs_review') THEN status END AS verdict,
    said AS reason, [said] AS reasons, CASE WHEN status IN ('error', 'timeout') THEN said END AS error_message,
    due AS scheduled_at, due AS requested_at, due + to_milliseconds(late_ms) AS started_at,
    due + to_milliseconds(late_ms) + INTERVAL 30 MINUTE AS deadline_at,
    due + to_milliseconds(late_ms + duration_ms) AS completed_at,
    late_ms, duration_ms, duration_ms - 3000 AS browser_ms, 1 AS sessions_count, 1 AS attempts_count,
    $views AS screenshots_count, 0 AS findings_count, baseline_of(definition, due) AS baseline_id,
    definition_id AS baseline_set, score_of(run_seq, 1) AS baseline_diff_score, 'ssim-1' AS score_method,
    0.02 AS tolerance_score, $views AS views_count, (status = 'failed')::INTEGER AS views_failed,
    $views AS views_unchanged, 0 AS views_changed, 0 AS views_added, 0 AS views_removed, 0 AS views_unreadable,
    0 AS views_not_run, 'chromium 149.0.7300.1' AS browser, 'Debian GNU/Linux 12' AS os,
    'c0ffee' || repeat('0', 58) AS fonts_hash, 1.0 AS scale, '/srv/inspect/reports/' || run_id || '/report.html' AS report_path
FROM (SELECT *, CASE WHEN status = 'passed' THEN '10 of 10 views look as approved'
    ELSE printf('shop/view-%d@desktop changed', run_seq % 10) END AS said FROM told) ORDER BY run_seq
"""
COMPARISONS = """
SELECT run_seq, 'default' AS org_id, playbook_id, luck < 95 AS is_same,
    view_name, viewport, route, concat(playbook_id, '/', view_name, '@', viewport) AS view,
    CASE WHEN luck < 99 THEN 'unchanged' ELSE 'changed' END AS outcome, luck < 99 AS passed,
    CASE WHEN luck < 95 THEN 'the same picture' ELSE printf('%.4f of a tolerance of 0.02', score) END AS reason,
    score, CASE WHEN luck < 95 THEN 'none' ELSE 'ssim-1' END AS score_method, 0.02 AS tolerance_score,
    score / 3 AS changed_ratio, score / 4 AS visible_ratio, 0 AS layout_px, (luck >= 99)::INTEGER AS regions_count,
    CASE WHEN luck >= 99 THEN json_array(json_object('x', run_seq % 900, 'y', run_seq % 700, 'width', 80, 'height', 24,
        'changed_pixels', run_seq % 2000, 'element', 'main > p', 'kind', 'text', 'colour_mean', score * 90)) ELSE '[]' END AS regions,
    CASE WHEN luck >= 99 THEN 'v1:' || substr(md5(concat(definition, k)), 1, 16) ELSE '' END AS fingerprint,
    old_sha256, CASE WHEN luck < 95 THEN old_sha256 ELSE sha256(concat('new', run_seq, '-', k)) END AS new_sha256,
    CASE WHEN luck >= 99 THEN sha256(concat('overlay', run_seq, '-', k)) END AS overlay_sha256,
    CASE WHEN luck >= 99 THEN sha256(concat('beside', run_seq, '-', k)) END AS side_by_side_sha256,
    luck = 98 AS is_flaky, 1 + (luck = 98)::INTEGER AS looks_count
FROM (
    SELECT told.*, k, 'view-' || k // 2 AS view_name, CASE WHEN k % 2 = 0 THEN 'desktop' ELSE 'mobile' END AS viewport,
        '/area/' || k // 2 AS route, 'playbook-' || definition % 500 AS playbook_id, approved.sha256 AS old_sha256,
        luck_of(run_seq, k) AS luck, score_of(run_seq, k) AS score
    FROM (SELECT *, unnest(range($views)) AS k FROM told) AS told JOIN approved USING (definition, k)
)
"""
APPROVED = """
CREATE OR REPLACE TEMP TABLE approved AS
SELECT definition, k, sha256(concat($month, '-', definition, '-', k)) AS sha256
FROM (SELECT range::INTEGER AS definition FROM range($definitions)), (SELECT range AS k FROM range($views));
"""
WORDS = """
CREATE OR REPLACE TEMP MACRO due_of(n) AS date_trunc('day', now()) - to_milliseconds((730::BIGINT * 86400000 // {runs}) * ({runs} - n));
CREATE OR REPLACE TEMP MACRO uuid_of(n, moment) AS concat(substr(stamp_of(moment), 1, 8), '-', substr(stamp_of(moment), 9, 4), '-7',
    substr(md5(concat(n)), 1, 3), '-8', substr(md5(concat(n)), 4, 3), '-', substr(md5(concat(n)), 7, 12));
CREATE OR REPLACE TEMP MACRO baseline_of(definition, moment) AS uuid_of(definition + 900000000, date_trunc('month', moment));
CREATE OR REPLACE TEMP MACRO luck_of(n, k) AS (hash(n, k) % 100)::INTEGER;
CREATE OR REPLACE TEMP MACRO score_of(n, k) AS CASE WHEN luck_of(n, k) < 95 THEN 0.0
    WHEN luck_of(n, k) < 99 THEN (hash(n, k, 5) % 20000) / 1e6 ELSE 0.02 + (hash(n, k, 5) % 980000) / 1e6 END;
"""
STAMP = "CREATE OR REPLACE TEMP MACRO stamp_of(moment) AS lpad(lower(to_hex(epoch_ms(moment))), 12, '0');"


@dataclass(frozen=True, slots=True)
class Past:
    """What to make."""

    runs: int
    definitions: int = DEFINITIONS

    @property
    def months(self) -> list[range]:
        """run_seq of each."""
        step = -(-self.runs // MONTHS)
        return [range(first, min(first + step, self.runs + 1)) for first in range(1, self.runs + 1, step)]


def make(past: Past, path: Path, *, memory: str = "6GB") -> None:
    """A live file that holds it."""
    with open_writing(path) as connection:
        connection.execute(f"SET memory_limit = '{memory}'")
        migrations.migrate(connection, migrations.known())
        connection.execute(STAMP + WORDS.format(runs=past.runs))
        for month, seqs in enumerate(past.months):
            _make_month(connection, past, month, seqs)
            connection.execute("CHECKPOINT")
            while sort_a_slice(
                connection, SystemClock().now()
            ):  # as its owner does when it has nothing else to do
                pass
            connection.execute("CHECKPOINT")
        for statement in connection.extract_statements(ROLLUPS.read_text(encoding="utf-8")):
            if statement.type == duckdb.StatementType.INSERT:  # as it fills them from the runs of before
                connection.execute(statement)


def _make_month(connection: duckdb.DuckDBPyConnection, past: Past, month: int, seqs: range) -> None:
    given = {
        "statuses": STATUSES,
        "views": VIEWS,
        "definitions": past.definitions,
        "first": seqs.start,
        "end": seqs.stop,
        "month": month,
    }
    connection.begin()
    for part in (APPROVED, TOLD):
        for statement in connection.extract_statements(part):
            connection.execute(statement, {name: given[name] for name in statement.named_parameters})
    store_runs(connection, RUNS, views=VIEWS)
    store_comparisons(connection, COMPARISONS, views=VIEWS)
    connection.commit()
