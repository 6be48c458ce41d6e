"""Drift in the history's tables: per view and day, for whoever asks in SQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from builders import NOW, a_schedule, a_sha
from history_builders import Home, a_comparison, a_failed_run
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.drift_track import Absorbed, Distance, Track
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.verdict import Verdict, VerdictKind
from inspect_pipelines.facts.run import run_facts

TODAY = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
MORNING = TODAY.replace(hour=0, minute=5)


def a_passing(used: float, summed: float, since: datetime | None) -> Comparison:
    track = Track(a_sha("b"), "ssim-1", a_sha("c"), NOW, spent=summed, runs=1, since=since)
    return a_comparison(
        outcome=Outcome.UNCHANGED, passed=True, score=0.01, absorbed=Absorbed(Distance(0.01), used, track)
    )


def passed(home: Home, number: int, at: datetime, *comparisons: Comparison) -> None:
    run = replace(a_failed_run(number), status=RunStatus.PASSED, completed_at=at)
    verdict = Verdict(VerdictKind.PASSED, RunStatus.PASSED, ("so",))
    facts = run_facts(
        run, a_schedule(), [], list(comparisons), verdict, baseline_id=None, report_path="/r.html"
    )
    home.tell("run", facts)


def test_drift_is_asked_for_by_view_and_day(home: Home) -> None:
    before = MORNING - timedelta(days=1)
    passed(home, 1, before, a_passing(0.3, 0.3, before), a_comparison("cart"))
    passed(home, 2, MORNING, a_passing(0.6, 0.9, before))
    passed(home, 3, MORNING + timedelta(minutes=1), a_passing(0.1, 0.0, None))

    rows = home.rows(
        "SELECT view, day, runs_count, used_most, drift_sum, drift_since FROM drift ORDER BY day"
    )
    asked = home.history.statement(DEFAULT_ORG, "drift", {"definition_id": "nightly-shop"})
    named = home.history.query(asked)

    view = "shop/home@desktop"
    assert rows == [
        (view, before.date(), 1, 0.3, 0.3, before),
        (view, MORNING.date(), 2, 0.6, 0.0, None),
    ]
    assert named.columns == ("view", "day", "runs_count", "used_most", "drift_sum", "drift_since")
    assert list(named.rows) == rows
    assert home.rows("SELECT count(*), count(drift_used) FROM comparisons") == [(4, 3)]
    assert isinstance(rows[0][1], date)
