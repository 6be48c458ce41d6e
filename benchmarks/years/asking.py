"""What is asked of years of history, as the product asks it; each question again and again, in milliseconds."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks import report
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId, RunId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.run_filter import About, RunFilter
from resources.history import past_runs
from resources.history.connection import open_reading
from resources.history.lake import Lake
from resources.history.named import filled
from resources.history.reader import Reader

PAGE = 51
ROUNDS = 20
DEFINITION = DefinitionId("watch-17")


@dataclass(frozen=True, slots=True)
class Known:
    """Some of what is there, to ask about."""

    run_ids: list[RunId]
    until: datetime


def ask(snapshot: Path | Lake, *, rounds: int = ROUNDS) -> dict[str, float]:
    """p95 of each question, by its name."""
    known = _known(snapshot)
    reader = Reader(snapshot)
    figures = {}
    for name, asks in {**_pages(reader, known), **_named(reader, known)}.items():
        asks()  # the first one reads from the disk, as it does once after each publication
        figures[f"{name}_p95_ms"] = _p95(asks, rounds)
    figures["every_page_p95_ms"] = max(figures[f"{name}_p95_ms"] for name in _pages(reader, known))
    figures["open_and_first_query_p95_ms"] = _p95(lambda: _first_query(snapshot), rounds)
    return figures


def _known(snapshot: Path | Lake) -> Known:
    with open_reading(snapshot) as connection:
        ids = connection.execute("SELECT run_id FROM automated_runs USING SAMPLE 200 ROWS").fetchall()
    return Known([RunId(run_id) for (run_id,) in ids], datetime.now(UTC))


def _pages(reader: Reader, known: Known) -> dict[str, Callable[[], object]]:
    def page(wanted: RunFilter = RunFilter(), before: Position | None = None) -> Callable[[], object]:  # noqa: B008
        return lambda: past_runs.page(reader, DEFAULT_ORG, wanted, before=before, limit=PAGE)

    failed = frozenset({RunStatus.FAILED})
    deep = Position(known.until - timedelta(days=400), "ffffffff-ffff-7fff-bfff-ffffffffffff")
    since, until = known.until - timedelta(days=120), known.until - timedelta(days=113)
    return {
        "page_newest": page(),
        "page_status": page(RunFilter(status=failed)),
        "page_definition": page(RunFilter(definition_id=DEFINITION)),
        "page_definition_status": page(RunFilter(definition_id=DEFINITION, status=failed)),
        "page_days": page(RunFilter(since=since, until=until)),
        "page_repo": page(RunFilter(about=(About("repo", "acme/shop-17"),))),
        "page_deep": page(before=deep),
        "page_of_nothing": page(RunFilter(definition_id=DefinitionId("nobody"))),
    }


def _named(reader: Reader, known: Known) -> dict[str, Callable[[], object]]:
    chance = random.Random(7)

    def one_run() -> object:
        run_id = chance.choice(known.run_ids)
        found = past_runs.one(reader, DEFAULT_ORG, run_id)
        return found, query("views_of_run", run_id=run_id)()

    def query(name: str, **given: str) -> Callable[[], object]:
        statement = filled(name, DEFAULT_ORG, given)

        def asks() -> object:
            with reader.asking() as cursor:
                return cursor.execute(statement).fetchall()

        return asks

    return {
        "run_detail": one_run,
        "last_runs": query("last_runs"),
        "pass_rate_90_days": query("pass_rate", definition_id=DEFINITION),
        "flakiest_30_days": query("flakiest"),
        "durations_90_days": query("durations"),
        "trend_90_days": query("trend", definition_id=DEFINITION),
    }


def _first_query(snapshot: Path | Lake) -> None:
    with open_reading(snapshot) as connection:
        connection.execute(
            "SELECT run_id, status FROM automated_runs ORDER BY requested_at DESC LIMIT 50"
        ).fetchall()


def _p95(asks: Callable[[], object], rounds: int) -> float:
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        asks()
        took.append((time.perf_counter() - began) * 1000)
    return report.percentile(took, 0.95)
