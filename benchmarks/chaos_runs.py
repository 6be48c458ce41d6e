"""kill -9 of every process that takes part in a run, at every boundary of its steps; `make chaos-runs`."""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from benchmarks import report
from benchmarks.killing.place import a_place
from benchmarks.killing.rounds import Books, Round, check, plan, play

SEED = 20261125
ROUNDS = 200
PORT = 8870


def main() -> None:
    """Play, print each round, write benchmarks/results/chaos-runs.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos-runs-") as folder:
        rounds, books = chaos(Path(folder), seed=arguments.seed, rounds=arguments.rounds, say=print)
    figures = figures_of(rounds, books)
    report.write("chaos-runs", figures, report.goals_of(figures, dict.fromkeys(asdict(books), ("<=", 0.0))))


def chaos(
    folder: Path, *, seed: int, rounds: int, say: Callable[[str], None] = lambda text: None
) -> tuple[list[Round], Books]:
    """All rounds in one home, then the books."""
    keys = [f"chaos-{number}" for number in range(rounds)]
    played = []
    with a_place(folder, port=PORT) as place:
        for key, (victim, step, event, pause) in zip(keys, plan(seed, rounds), strict=True):
            each = play(place, victim, step, event, pause, key)
            played.append(each)
            say(
                f"{len(played):>4}  {each.victim:<15} {each.boundary:<40} {'' if each.was_killed else '(was gone)'}"
                f" -> {each.status} / {each.dagster_status} after {each.seconds:.1f} s  {each.reason}"
            )
        books = check(place, keys, played)
    return played, books


def figures_of(rounds: list[Round], books: Books) -> dict[str, float]:
    """Everything that is zero or should be, and how long ends took."""
    seconds = [each.seconds for each in rounds if each.was_killed]
    statuses = Counter(each.status for each in rounds)
    return {
        "rounds": float(len(rounds)),
        "kills": float(len(seconds)),
        **{name: float(count) for name, count in asdict(books).items()},
        "concluded_after_p50_s": report.percentile(seconds, 0.5),
        "concluded_after_p99_s": report.percentile(seconds, 0.99),
        **{f"ended_{status}": float(count) for status, count in sorted(statuses.items())},
    }


if __name__ == "__main__":
    main()
