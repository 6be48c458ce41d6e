"""kill -9 of who writes runs, of who moves them into the history, of both, and between its commit and the journal's prune.

`make chaos-history`. Each round begins where the last one was killed, in one home: nothing that was acknowledged may be
lost, stored twice or torn.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import signal
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks import report
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from inspect_pipelines.ports.across import AcrossSession, Ledgers
from inspect_pipelines.ports.ledger import Ledger
from resources.clock import SystemClock
from resources.history import spares
from resources.history.connection import open_reading
from resources.history.lease import holding
from resources.history.live import LiveHistory
from resources.history.places import Places
from resources.history.store import DuckHistory
from resources.ledger.store import create_ledgers

SEED = 20261130
ROUNDS = 1000
KEPT_ROUNDS = 200  # fewer are a quick look, and nothing is written
VIEWS = 20  # of a run: one that has fewer is torn
LONGEST_PAUSE_SECONDS = 0.15
PATIENCE_SECONDS = 120.0
STORED = """
SELECT run_id, runs.told, coalesce(views.told, 0)
FROM (SELECT run_id, count(*) AS told FROM automated_runs GROUP BY run_id) AS runs
LEFT JOIN (SELECT run_id, count(*) AS told FROM comparisons GROUP BY run_id) AS views USING (run_id)
"""
VICTIMS = ("writer", "projector", "both", "before the prune")


@dataclass(frozen=True, slots=True)
class Books:
    """What must be zero."""

    lost: int
    doubled: int
    torn: int
    rounds_without_a_kill: int


@dataclass(frozen=True, slots=True)
class Round:
    victim: str
    was_killed: bool
    acknowledged: int
    seconds: float


class LaterClock(SystemClock):
    """Eight days on, when journal rows that are published are forgotten at once: what the history lost is lost."""

    def now(self) -> datetime:
        return super().now() + timedelta(days=8)


class DeadlyLedgers:
    """Whoever writes to it dies: the projector does so first when all is published, to prune."""

    def __init__(self, ledgers: Ledgers) -> None:
        self._ledgers = ledgers

    def of(self, org_id: OrgId) -> Ledger:
        return self._ledgers.of(org_id)

    def read(self) -> AbstractContextManager[AcrossSession]:
        return self._ledgers.read()

    def write(self) -> AbstractContextManager[AcrossSession]:
        os.kill(os.getpid(), signal.SIGKILL)
        return self._ledgers.write()


def main() -> None:
    """Play, print each hundredth round, write benchmarks/results/chaos-history.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos-history-") as folder:
        rounds, books = chaos(Path(folder), seed=arguments.seed, rounds=arguments.rounds, say=print)
    figures = figures_of(rounds, books)
    goals = report.goals_of(figures, dict.fromkeys(asdict(books), ("<=", 0.0)))
    if arguments.rounds >= KEPT_ROUNDS:
        report.write("chaos-history", figures, goals)
    else:
        report.show(figures, goals)


def chaos(
    home: Path, *, seed: int, rounds: int, say: Callable[[str], None] = lambda text: None
) -> tuple[list[Round], Books]:
    """All rounds in one home, then the books. The caller has no DuckDB connection open: processes are forked."""
    ledgers = create_ledgers(home / "ledger.db")
    ledgers.migrate()
    ledgers.close()
    chance = random.Random(seed)
    acknowledged: set[int] = set()
    played = []
    for number in range(rounds):
        victim = VICTIMS[number % len(VICTIMS)]
        began = time.monotonic()
        was_killed, told = play(home, number, victim, chance.uniform(0.0, LONGEST_PAUSE_SECONDS))
        acknowledged |= told
        played.append(Round(victim, was_killed, len(told), time.monotonic() - began))
        if number % 100 == 99:
            say(f"{number + 1:>5} rounds, {len(acknowledged)} runs acknowledged")
    stored = json.loads("".join(_finished(_forked(lambda tell: tell(json.dumps(_stored(home)))))))
    counts = {int(run_id): count for run_id, count, _ in stored}
    books = Books(
        lost=len(acknowledged - set(counts)),
        doubled=sum(count != 1 for count in counts.values()),
        torn=sum(views != VIEWS * count for _, count, views in stored),
        rounds_without_a_kill=sum(not each.was_killed for each in played),
    )
    return played, books


def figures_of(rounds: list[Round], books: Books) -> dict[str, float]:
    return {
        "rounds": float(len(rounds)),
        "runs_acknowledged": float(sum(each.acknowledged for each in rounds)),
        **{name: float(count) for name, count in asdict(books).items()},
        **{
            f"killed: {who}": float(sum(each.was_killed for each in rounds if each.victim == who))
            for who in VICTIMS
        },
        "round_p50_s": report.percentile([each.seconds for each in rounds], 0.5),
    }


def play(home: Path, number: int, victim: str, pause: float) -> tuple[bool, set[int]]:
    """One round; whether all victims died of it, and which runs were acknowledged."""
    stop = home / f"stop-{number}"
    writer = _forked(lambda tell: _write(home, number * 100_000, stop, tell))
    projector = _forked(lambda tell: _project(home, stop, tell, is_deadly=victim == "before the prune"))
    _await_word(writer)
    if victim != "before the prune":
        _await_word(projector)
        time.sleep(pause)
    killed = {"writer": [writer], "projector": [projector], "both": [writer, projector]}.get(victim, [])
    for pid, _ in killed:
        os.kill(pid, signal.SIGKILL)
    if victim == "before the prune":
        killed = [projector]
    statuses = {pid: os.waitpid(pid, 0)[1] for pid, _ in killed}
    stop.touch()
    told = {
        int(line) for line in _finished(writer, is_awaited=writer[0] not in statuses) if line.endswith("\n")
    }
    _finished(projector, is_awaited=projector[0] not in statuses)
    stop.unlink()
    return all(os.WIFSIGNALED(one) for one in statuses.values()), told


Child = tuple[int, int]  # its process, and where it is heard
Tell = Callable[[str], None]


def _forked(work: Callable[[Tell], None]) -> Child:
    hear, speak = os.pipe()
    pid = os.fork()
    if pid:
        os.close(speak)
        return pid, hear
    status = 1
    try:
        os.close(hear)
        work(lambda text: _said(speak, text))
        status = 0
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(status)


def _said(speak: int, text: str) -> None:
    os.write(speak, f"{text}\n".encode())


def _await_word(child: Child) -> None:
    heard, _, _ = select.select([child[1]], [], [], PATIENCE_SECONDS)
    if not heard:
        raise TimeoutError(f"process {child[0]} did not begin within {PATIENCE_SECONDS:g} s")


def _finished(child: Child, *, is_awaited: bool = True) -> list[str]:
    """Every line that it said; the last one may be torn."""
    pid, hear = child
    with os.fdopen(hear, encoding="utf-8") as heard:
        lines = heard.readlines()
    if is_awaited:
        os.waitpid(pid, 0)
    return lines


def _write(home: Path, first: int, stop: Path, tell: Tell) -> None:
    ledgers = create_ledgers(home / "ledger.db")
    number = first
    while not stop.exists():
        with ledgers.of(DEFAULT_ORG).write() as session:
            session.journal.append("run", _facts(number), at=SystemClock().now())
        tell(str(number))
        number += 1


def _project(home: Path, stop: Path, tell: Tell, *, is_deadly: bool) -> None:
    spares.SMALL_BYTES = 0  # so that publications are written by what is new
    ledgers: Any = create_ledgers(home / "ledger.db")
    with holding(Places(home).lock) as is_mine:
        assert is_mine
        live = LiveHistory(Places(home), DeadlyLedgers(ledgers) if is_deadly else ledgers, LaterClock())
        while not stop.exists():
            live.drain()
            tell("drained")
            live.publish()
        live.close()


def _stored(home: Path) -> list[list[int]]:
    """(number, runs of it, comparisons of it) of each run."""
    history = DuckHistory(home, create_ledgers(home / "ledger.db"), SystemClock())
    assert history.drain()
    with open_reading(history.places.snapshot) as connection:
        rows = connection.execute(STORED).fetchall()
    return [[int(value) for value in row] for row in rows]


def _facts(number: int) -> dict[str, Any]:
    now = SystemClock().now().isoformat()
    run = {
        "id": str(number),
        "org_id": DEFAULT_ORG,
        "definition_id": f"watch-{number % 7}",
        "status": "passed",
    }
    return {
        "run": {**run, "requested_at": now, "completed_at": now},
        "sessions": [],
        "screenshots": [],
        "findings": [],
        "comparisons": [
            {
                "playbook_id": "shop",
                "name": f"view-{at}",
                "viewport": "desktop",
                "outcome": "unchanged",
                "score": 0.0,
            }
            for at in range(VIEWS)
        ],
    }


if __name__ == "__main__":
    main()
