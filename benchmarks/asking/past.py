"""A history of years, made in seconds: so many ended runs, straight into the live file, and published."""

from __future__ import annotations

from pathlib import Path

from benchmarks.years.storing import store_runs
from inspect_pipelines.ports.house import House
from resources.history.connection import open_writing
from resources.history.live import LiveHistory
from resources.history.places import Places
from resources.history.projector import Projector

DEFINITIONS = 100
# Every 30 s one run: a million of them are a year. A fifth came of an event that says more than the plan does.
RUNS = """
SELECT
    n AS run_seq,
    printf('%s-%s-7000-8000-%012x', substr(stamp, 1, 8), substr(stamp, 9, 4), n) AS run_id,
    'default' AS org_id, definition_id, 'schedule' AS definition_kind, definition_id AS schedule_id,
    'cron:' || definition_id AS origin, 'schedule' AS requested_by,
    CASE WHEN n % 5 = 0 THEN
        json_object('repo', 'acme/shop-' || (n % 7), 'base_branch', 'release-' || (n % 11), 'environment', 'staging')
    END AS trigger_event,
    'acme/shop' AS repo, 'main' AS branch,
    CASE WHEN n % 5 = 0 THEN 'acme/shop-' || (n % 7) ELSE 'acme/shop' END AS about_repo,
    CASE WHEN n % 5 = 0 THEN 'release-' || (n % 11) ELSE 'main' END AS about_branch,
    CASE WHEN n % 5 = 0 THEN 'staging' END AS about_environment,
    ['passed', 'passed', 'passed', 'failed', 'needs_review', 'error', 'timeout', 'skipped'][1 + n % 8] AS status,
    'as approved' AS reason, ['as approved'] AS reasons,
    due AS scheduled_at, due AS requested_at, due + INTERVAL 1 SECOND AS started_at,
    due + INTERVAL 10 MINUTE AS deadline_at, due + INTERVAL 40 SECOND AS completed_at,
    1000 AS late_ms, 39000 AS duration_ms, 3 AS screenshots_count
FROM (
    SELECT n, due, 'watch-' || (hash(n) % {definitions}) AS definition_id,
        lpad(to_hex(epoch_ms(due)), 12, '0') AS stamp
    FROM (
        SELECT range AS n, TIMESTAMPTZ '2026-11-28 00:00:00Z' - to_seconds(30 * ({count} - range)) AS due FROM range({count})
    )
)
"""


def make_past(house: House, count: int) -> list[str]:
    """Store and publish that many runs; returns the ids of some of them, spread over all the time."""
    places = Places(Path(house.home))
    live = LiveHistory(places, house.ledgers, house.clock)
    live.drain()
    live.close()
    with house.ledgers.read() as ledgers:
        epoch = ledgers.journal.numbers().epoch
    with open_writing(places.live) as connection:
        # else it is nobody's past, and each reader waits for its owner to say whose
        Projector(connection).move(0, epoch, None)
        store_runs(connection, RUNS.format(definitions=DEFINITIONS, count=count))
        connection.execute("CHECKPOINT")
        step = max(1, count // 200)
        found = connection.execute(
            "SELECT run_id FROM automated_runs WHERE run_seq % $step = 0", {"step": step}
        )
        ids = [str(run_id) for (run_id,) in found.fetchall()]
    live.drain()
    live.publish()
    live.close()
    return ids
