"""kill -9 of the receiver while deliveries come one to three times, in any order; `make chaos-webhooks`."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks import report
from benchmarks.sending.killing import Books, Effects, Said, check, plan, send_all
from benchmarks.sending.place import Receiver, a_receiver
from inspect_pipelines.domain.trigger import Trigger

SEED = 20261125
DELIVERIES = 5_000
KILLS = 20


def main() -> None:
    """Send, kill, check, write benchmarks/results/chaos-webhooks.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deliveries", type=int, default=DELIVERIES)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos-webhooks-") as folder:
        began = time.monotonic()
        said, books = chaos(
            Path(folder),
            seed=arguments.seed,
            deliveries=arguments.deliveries,
            kills=arguments.kills,
            say=print,
        )
        seconds = time.monotonic() - began
    figures = {
        "deliveries": float(arguments.deliveries),
        "kills": float(arguments.kills),
        "answers_new": float(said.new.total()),
        "answers_again": float(said.again.total()),
        "connections_broken": float(said.unanswered),
        "seconds": seconds,
        **{name: float(count) for name, count in asdict(books).items()},
    }
    goals = report.goals_of(figures, dict.fromkeys(asdict(books), ("<=", 0.0)))
    if (arguments.deliveries, arguments.kills) == (DELIVERIES, KILLS):
        report.write("chaos-webhooks", figures, goals)
    else:
        report.show(figures, goals)


def chaos(
    folder: Path,
    *,
    seed: int,
    deliveries: int,
    kills: int,
    effects: Effects = Receiver.events,
    triggers: Sequence[Trigger] = (),
    say: Callable[[str], None] = lambda text: None,
) -> tuple[Said, Books]:
    """Everything in one home, then the books.

    Args:
        effects: What is counted by delivery id; events, unless whoever calls has more to count.
        triggers: What the events start; nobody launches it here.
    """
    wanted = plan(seed, deliveries, kills)
    with a_receiver(folder, triggers) as receiver:
        said = send_all(receiver, wanted, say)
        return said, check(receiver, wanted, said, effects)


if __name__ == "__main__":
    main()
