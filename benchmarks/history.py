"""Years of runs in the history: sizes, answers, publications; beside SQLite, PostgreSQL and Parquet files; `make bench-history`.

The goals are for 10 million runs with 100 million comparisons, for which two cores want an hour. What was measured
says its size: goals of another size are asked of it all the same, and a file of fewer runs is held to its share of 2 GB.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from benchmarks import report
from benchmarks.years.asking import ask
from benchmarks.years.keeping import a_home, keep
from benchmarks.years.past import DEFINITIONS, VIEWS, Past, make
from benchmarks.years.peers import ask_peers
from resources.history.connection import open_reading

RUNS = 10_000_000
PEER_RUNS = 100_000
BACKLOG = 100_000
GOALS = {
    "live_file_bytes_a_comparison": ("<=", 20.0),  # 2 GB of 10 million runs with 100 million
    "every_page_p95_ms": ("<=", 50.0),
    "run_detail_p95_ms": ("<=", 25.0),
    "last_runs_p95_ms": ("<=", 20.0),
    "pass_rate_90_days_p95_ms": ("<=", 20.0),
    "flakiest_30_days_p95_ms": ("<=", 500.0),
    "durations_90_days_p95_ms": ("<=", 500.0),
    "trend_90_days_p95_ms": ("<=", 500.0),
    "open_and_first_query_p95_ms": ("<=", 50.0),
    "publish_100_runs_fourth_s": ("<=", 1.0),
    "publish_100_runs_fourth_written_mb": ("<=", 10.0),
    "backlog_of_100000_runs_s": ("<=", 15.0),
    "forget_a_month_s": ("<=", 1.0),
    "rebuild_s": ("<=", 300.0),
}


def main() -> None:
    """Make, ask, keep, compare; writes benchmarks/results/history.json unless it was a quick look."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument(
        "--definitions",
        type=int,
        help="whose runs they are; so many that each has as many as in the full size",
    )
    parser.add_argument("--peer-runs", type=int, default=PEER_RUNS)
    parser.add_argument("--backlog", type=int, default=BACKLOG)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument(
        "--folder", type=Path, help="where the files are made; they need five times 2 GB at full size"
    )
    parser.add_argument("--live", type=Path, help="a live file of so many runs that was made before, to copy")
    parser.add_argument("--write", action="store_true", help="write the results of fewer runs, too")
    arguments = parser.parse_args()
    if arguments.definitions is None:
        arguments.definitions = max(1, DEFINITIONS * arguments.runs // RUNS)
    with tempfile.TemporaryDirectory(prefix="bench-history-", dir=arguments.folder) as name:
        figures = measure(Path(name), arguments)
    goals = report.goals_of(figures, {name: goal for name, goal in GOALS.items() if name in figures})
    if arguments.runs >= RUNS or arguments.write:
        report.write("history", figures, goals)
    else:
        report.show(figures, goals)


def measure(folder: Path, arguments: argparse.Namespace) -> dict[str, float]:
    """Every figure; each of a peer, and of DuckDB beside it, has the peers' number of runs in its name."""
    live = folder / "history/live.duckdb"
    live.parent.mkdir()
    began = time.perf_counter()
    if arguments.live:
        shutil.copyfile(arguments.live, live)
    else:
        make(Past(arguments.runs, arguments.definitions), live)
    figures = {
        "runs": float(arguments.runs),
        "definitions": float(arguments.definitions),
        "comparisons": float(_counted(live, arguments.runs)),
        **({} if arguments.live else {"made_s": time.perf_counter() - began}),
        "live_file_mb": live.stat().st_size / 1e6,
        "live_file_bytes_a_comparison": live.stat().st_size / (arguments.runs * VIEWS),
    }
    figures |= ask(live, rounds=arguments.rounds)
    kept = keep(a_home(folder), backlog=arguments.backlog)
    figures |= {
        name.replace("backlog_s", f"backlog_of_{arguments.backlog}_runs_s"): value
        for name, value in kept.items()
    }
    if arguments.peer_runs:
        small = folder / "small.duckdb"
        make(Past(arguments.peer_runs, arguments.definitions), small)
        beside = {
            "duckdb_mb": small.stat().st_size / 1e6,
            **{f"duckdb_{name}": value for name, value in ask(small, rounds=arguments.rounds).items()},
            **ask_peers(small, rounds=arguments.rounds),
        }
        figures |= {f"of_{arguments.peer_runs}_runs_{name}": value for name, value in beside.items()}
    return figures


def _counted(live: Path, runs: int) -> int:
    """The comparisons that are really there.

    Raises:
        RuntimeError: Not all were stored: what is measured then is another file than the one that the goals speak of.
    """
    with open_reading(live) as connection:
        found = connection.execute(
            "SELECT (SELECT count(*) FROM automated_runs), (SELECT count(*) FROM comparisons)"
        ).fetchone()
    if found != (runs, runs * VIEWS):
        raise RuntimeError(f"made {runs:,} runs with {VIEWS} comparisons each, but the file holds {found}")
    return runs * VIEWS


if __name__ == "__main__":
    main()
