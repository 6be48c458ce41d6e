"""What a run costs to start, to hold and to keep up with, side by side with Dagster as it comes; `make bench-runs`."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from benchmarks import report
from benchmarks.running.footprint import measure_footprint
from benchmarks.running.large import measure_large, measure_large_shared
from benchmarks.running.starting import measure_starts
from benchmarks.running.ticking import (
    BEFORE_SHARED,
    PATIENCE_STOCK_SECONDS,
    SCHEDULES,
    measure_shared_ticks,
    measure_ticks,
)

WANTED = {
    "warm_direct_first_step_p50_s": ("<=", 0.7),
    "warm_queued_first_step_p50_s": ("<=", 1.2),
    "warm_run_uss_mb": ("<=", 50.0),
    "run_child_most_uss_mb": ("<=", 50.0),
    "warm_noop_runs_per_minute": (">=", 80.0),
    "warm_1000_views_started_p50_s": ("<=", 1.0),
    "warm_schedules_all_submitted_s": ("<=", 150.0),
    "warm_schedules_lost": ("<=", 0.0),
    "warm_schedules_doubled": ("<=", 0.0),
    "idle_total_uss_mb": ("<=", 720.0),
}
# Dagster's storage in PostgreSQL, as machines share it; 1,000 schedules there beside 500 with Dagster as it comes.
WANTED_SHARED = {
    "postgres_1000_views_started_p50_s": ("<=", 1.0),
    "postgres_schedules_all_submitted_s": ("<=", 60.0),
    "postgres_schedules_lost": ("<=", 0.0),
    "postgres_schedules_doubled": ("<=", 0.0),
}
PARTS = ("starts", "large", "ticks", "footprint")
SHARED = "shared"


def main() -> None:
    """Measure, print, write benchmarks/results/runs.json (only when every part was measured)."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what it has started ends with it
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only",
        choices=(*PARTS, SHARED),
        action="append",
        help="measure this part, and write nothing; `shared` is measured by itself, and written",
    )
    parser.add_argument("--without-stock", action="store_true", help="ours alone, and write nothing")
    parser.add_argument(
        "--schedules", type=int, default=SCHEDULES, help="how many are due in the same minute"
    )
    arguments = parser.parse_args()
    if arguments.only == [SHARED]:
        measure_shared(arguments.schedules)
        return
    parts, sides = arguments.only or PARTS, [False] if arguments.without_stock else [True, False]
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="bench-runs-") as folder:
        if "starts" in parts:
            for is_stock in sides:
                figures |= measure_starts(Path(folder), is_stock=is_stock)
        if "large" in parts:
            figures |= measure_large(Path(folder), "warm")
        if "ticks" in parts:
            for is_stock in sides:
                figures |= measure_ticks(Path(folder), is_stock=is_stock, schedules=arguments.schedules)
        if "footprint" in parts:
            figures |= measure_footprint(Path(folder))
    wanted = {name: goal for name, goal in WANTED.items() if name in figures}
    goals = report.goals_of(figures, wanted)
    if set(parts) == set(PARTS) and not arguments.without_stock:
        report.write("runs", figures, goals)
    else:
        report.show(figures, goals)


def measure_shared(schedules: int) -> None:
    """Stock Dagster with so many, then ours with twice as many in PostgreSQL; writes benchmarks/results/runs-postgres.json."""
    with tempfile.TemporaryDirectory(prefix="bench-runs-") as folder:
        figures = measure_ticks(
            Path(folder),
            is_stock=True,
            schedules=schedules,
            before=BEFORE_SHARED,
            patience_seconds=PATIENCE_STOCK_SECONDS,
        )
        figures |= measure_shared_ticks(Path(folder), schedules=2 * schedules)
        figures |= measure_large_shared(Path(folder))
    goals = report.goals_of(figures, WANTED_SHARED)
    if schedules == SCHEDULES:
        report.write("runs-postgres", figures, goals)
    else:
        report.show(figures, goals)


if __name__ == "__main__":
    main()
