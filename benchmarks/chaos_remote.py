"""`make chaos-remote`: launches of agents' sessions are killed at any request and any moment, and begin again.

`BENCH_ARGS="--rounds 20 --seed 3"` is a quick look, and nothing is written.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks import report

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from remote_launches import play_rounds

ROUNDS = 100


def main() -> None:
    """Play all rounds, print what came of them, and fail when something was begun twice or stayed open."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = play_rounds(Path(folder), options.rounds, options.seed)
    figures = {
        "rounds": tally.rounds,
        "sessions_wanted": tally.wanted,
        "kills": tally.kills,
        "sessions_opened": tally.sessions,
        "prompts": tally.prompts,
        "doubled": tally.doubled,
        "stuck": tally.stuck,
    }
    goals = report.goals_of(figures, {"doubled": ("<=", 0), "stuck": ("<=", 0)})
    report.show(figures, goals)
    for where, count in sorted(tally.where.items()):
        print(f"  {count:4d}  killed at {where}")
    if options.rounds == ROUNDS:
        report.write("chaos-remote", figures, goals)
    if not all(goal.met for goal in goals):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
