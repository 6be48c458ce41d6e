"""A home with a ledger and a history, and runs that end in it; used by tests and by the children they start."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from builders import NOW, a_finding, a_run, a_schedule, a_session, a_sha, a_view
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import Comparison, Outcome, Region
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.session import StepResult
from inspect_pipelines.domain.verdict import Verdict, VerdictKind
from inspect_pipelines.facts.run import run_facts
from prepared import prepared_ledgers
from resources.clock import SystemClock
from resources.history.lake import Lake
from resources.history.lake_store import LakeHistory
from resources.history.store import DuckHistory
from resources.ledger.store import SqlLedger, SqlLedgers


def a_comparison(name: str = "home", **changes: Any) -> Comparison:
    values: dict[str, Any] = {
        "view": a_view(name),
        "outcome": Outcome.CHANGED,
        "passed": False,
        "reason": "the header moved",
        "score": 0.31,
        "score_method": "ssim-1",
        "tolerance": 0.02,
        "changed_ratio": 0.04,
        "layout_px": 12,
        "regions": (Region(Box(10, 20, 300, 40), 900, "header"),),
        "old_sha256": a_sha("b"),
        "new_sha256": a_sha("c"),
        "overlay_sha256": a_sha("d"),
    }
    return Comparison(**(values | changes))


def a_failed_run(number: int = 1, **changes: Any) -> Run:
    running = a_run(number, **changes).claimed(f"dagster-{number}", now=NOW)
    return running.concluded(RunStatus.FAILED, "shop/home@desktop changed", now=NOW)


def facts_of(run: Run, *, comparisons: int = 20, steps: tuple[StepResult, ...] = ()) -> dict[str, Any]:
    return run_facts(
        run,
        a_schedule(),
        [a_session(id=f"{run.id}.1", steps=steps, findings=(a_finding(),), browser_ms=2100)],
        [a_comparison(f"view-{at:02}", score=at / 100) for at in range(comparisons)],
        Verdict(VerdictKind.FAILED, RunStatus.FAILED, (run.reason, "and more")),
        baseline_id=None,
        report_path="/reports/1/report.html",
    )


@dataclass(frozen=True)
class Home:
    path: Path
    ledger: SqlLedger
    ledgers: SqlLedgers
    clock: SystemClock
    history: DuckHistory | LakeHistory

    def finish(self, *numbers: int, comparisons: int = 20) -> None:
        """End these runs, each in a transaction of its own."""
        for number in numbers:
            run = a_failed_run(number)
            with self.ledger.write() as session:
                session.runs.request(replace(run, status=RunStatus.RUNNING, completed_at=None, reason=""))
                assert session.runs.conclude(run)
                session.journal.append("run", facts_of(run, comparisons=comparisons), at=self.clock.now())

    def tell(self, kind: str, facts: dict[str, Any]) -> None:
        with self.ledger.write() as session:
            session.journal.append(kind, facts, at=self.clock.now())

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return list(self.history.query(sql).rows)

    def counts(self) -> tuple[int, int, int]:
        """(runs, distinct runs, runs with other than 20 comparisons)."""
        ((runs, distinct),) = self.rows("SELECT count(*), count(DISTINCT run_id) FROM automated_runs")
        torn = self.rows(
            "SELECT count(*) FROM (SELECT count(comparisons.run_id) AS found FROM automated_runs "
            "LEFT JOIN comparisons ON comparisons.run_id = automated_runs.run_id "
            "GROUP BY automated_runs.run_id, automated_runs.run_seq) WHERE found <> 20"
        )
        return runs, distinct, torn[0][0]


class StoppedClock(SystemClock):
    """The system's, except that it is always the same time of day."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self._at = at

    def now(self) -> datetime:
        return self._at


def a_home(path: Path, clock: SystemClock | None = None, lake: Lake | None = None) -> Home:
    ledgers, clock = prepared_ledgers(path / "ledger.db"), clock or SystemClock()
    history = LakeHistory(lake, path, ledgers, clock) if lake else DuckHistory(path, ledgers, clock)
    return Home(path, ledgers.of(DEFAULT_ORG), ledgers, clock, history)
