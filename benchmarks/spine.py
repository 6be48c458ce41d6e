"""The spine's figures: finishing a run, seeing it in DuckDB, starting the command, validating; `make bench-spine`."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path

import duckdb

from benchmarks import report
from benchmarks.command import measure_command
from benchmarks.finishing import measure_runs

WANTED = {
    "visible_p99_ms": ("<=", 250.0),
    "held_adds_p50_ms": ("<=", 0.1),
    "validate_1000_schedules_s": ("<=", 1.0),
    "cli_help_s": ("<=", 0.5),
    "cli_validate_s": ("<=", 0.5),
}


# Of the same bytes, with the same writers at the same pace, in the same run: a shared machine slows both.
TIMES_A_BARE_COMMIT = 2.0


def main() -> None:
    """Measure, print, write benchmarks/results/spine.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--home", type=Path, help="an INSPECT_HOME with real runs, to report their overhead from"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure_runs(Path(folder) / "home") | measure_command(Path(folder))
    if arguments.home:
        figures |= measure_overhead(arguments.home)
    report.write("spine", figures, report.goals_of(figures, wanted(figures)))


def wanted(figures: Mapping[str, float]) -> dict[str, tuple[str, float]]:
    """Every goal; those of finishing a run follow from what a bare commit took."""
    of_bare = {
        f"finish_{which}_ms": ("<=", round(TIMES_A_BARE_COMMIT * figures[f"bare_commit_{which}_ms"], 3))
        for which in ("p50", "p99")
    }
    return {**of_bare, **WANTED}


def measure_overhead(home: Path) -> dict[str, float]:
    """What a real run takes beyond its browser's time, from the published history of a home."""
    with duckdb.connect(str(home / "history.duckdb"), read_only=True) as connection:
        row = connection.execute(
            "SELECT median(duration_ms - browser_ms), count(*) FROM automated_runs WHERE browser_ms > 0"
        ).fetchone()
    assert row is not None
    assert row[1], f"no run with a browser in {home}"
    return {"run_overhead_p50_ms": float(row[0]), "run_overhead_runs": float(row[1])}


if __name__ == "__main__":
    main()
