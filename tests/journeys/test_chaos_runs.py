"""A short form of `make chaos-runs`: a seeded choice of its kills, and the same books at the end."""

from __future__ import annotations

from pathlib import Path

from benchmarks.chaos_runs import chaos
from benchmarks.killing.rounds import Books

SEED = (
    548  # its eight rounds kill every kind of process but the driver, child and parent in the middle of a run
)
ROUNDS = 8


def test_after_any_kill_every_run_has_one_end_and_no_browser_is_left(tmp_path: Path) -> None:
    rounds, books = chaos(tmp_path, seed=SEED, rounds=ROUNDS)

    assert books == Books(stuck=0, dagster_stuck=0, lost=0, concluded_twice=0, browsers_left=0), rounds
    assert sum(each.was_killed for each in rounds) >= ROUNDS - 2, (
        "too few processes were still there to be killed"
    )
    assert {each.status for each in rounds} <= {"needs_review", "error", "failed"}
