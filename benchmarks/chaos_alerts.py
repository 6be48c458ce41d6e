"""Kill the sender while it delivers, and look at the books: nothing lost, nothing acted on twice; `make chaos-alerts`."""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import report
from benchmarks.alerting.house import Listening, begun, define, ended, open_house
from benchmarks.alerting.standin import StandIn
from inspect_pipelines.domain.notification import DeliveryStatus
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.conclude import record_end
from resources.channels.registry import CHANNELS

SEED = 7
TARGETS = 20
MINUTES = 5.0  # at most, from the first kill to the last message
WANTED = {
    "lost": ("<=", 0.0),
    "acted_on_twice": ("<=", 0.0),
    "not_marked_sent": ("<=", 0.0),
}


def main() -> None:
    """Kill, check, write benchmarks/results/chaos_alerts.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deliveries", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--dry", action="store_true", help="write no results")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), arguments.seed, arguments.deliveries, arguments.kills)
    goals = report.goals_of(figures, WANTED)
    if arguments.dry:
        report.show(figures, goals)
    else:
        report.write("chaos-alerts", figures, goals)


def measure(home: Path, seed: int, deliveries: int, kills: int) -> dict[str, float]:
    """Store the deliveries through ended runs, while senders are killed one after another."""
    chance = random.Random(seed)
    service = StandIn()
    house = open_house(home, Listening())
    rules = [NotifyRule(RuleEvent.ON_COMPLETE, (f"webhook:service-{number}",)) for number in range(TARGETS)]
    definition = define(house, "chaos", rules)
    wanted: set[str] = set()
    killed = 0
    began = time.perf_counter()
    sender = _start(home, service.url)
    for target in (deliveries * number // (kills + 1) for number in range(1, kills + 2)):
        while len(wanted) < target:
            now = house.clock.now()
            with house.ledger.write() as ledger:
                run = begun(house, definition, ledger)
                told = record_end(
                    ledger,
                    ended(run, RunStatus.PASSED, "as approved", now),
                    definition,
                    at=now,
                    kinds=CHANNELS,
                )
            wanted.update(note.id for note in told or ())
        if killed < kills:
            before = len(service.acted_on)
            _wait(lambda before=before: len(service.acted_on) > before or not _left(service, wanted))
            time.sleep(chance.uniform(0.0, 0.2))
            sender.kill()
            sender.wait()
            killed += 1
            sender = _start(home, service.url)
    _wait(lambda: not _left(service, wanted))
    _wait(lambda: not _waits(house))
    seconds = time.perf_counter() - began
    sender.kill()
    sender.wait()
    service.close()
    with house.ledger.read() as ledger:
        notes = ledger.outbox.latest(limit=10**6)
    house.ledgers.close()
    return {
        "deliveries": float(len(wanted)),
        "kills": float(killed),
        "lost": float(len(_left(service, wanted))),
        "acted_on_twice": float(len(service.acted_on) - len(set(service.acted_on))),
        "asked_again": float(sum(count - 1 for count in service.asked.values())),
        "not_marked_sent": float(sum(note.status is not DeliveryStatus.SENT for note in notes)),
        "seconds": seconds,
    }


def _waits(house: House) -> bool:
    """Whether the ledger still holds a message without its receipt."""
    with house.ledger.read() as ledger:
        return bool(ledger.outbox.waiting(limit=1))


def _left(service: StandIn, wanted: set[str]) -> set[str]:
    return wanted - set(service.acted_on)


def _start(home: Path, url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "benchmarks.alerting.sending", str(home), url])


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + MINUTES * 60
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)


if __name__ == "__main__":
    main()
