"""Whatever dies whenever: no acknowledged run is lost, none is stored twice, none is torn."""

from __future__ import annotations

import random
import signal
import time

import pytest

from builders import a_run

WRITE = """
import sys, time
from pathlib import Path
from history_builders import a_home
home = a_home(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), 10**9):
    home.finish(number)
    print(number)
    time.sleep(0.004)
"""

PROJECT = """
import sys
from pathlib import Path
from history_builders import a_home
home = a_home(Path(sys.argv[1]))
while True:
    home.history.drain()
    print("drained")
"""

ROUNDS = 3
KILLS_A_ROUND = 3


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_random_kills_of_writers_and_projectors_lose_double_and_tear_nothing(home, start_child, seed):
    chance = random.Random(seed)
    home.finish(0)  # the schema is there, so that children start at once
    children = {"a": start_child(WRITE, home.path, 1_000_000), "b": start_child(WRITE, home.path, 2_000_000)}
    children["p"] = start_child(PROJECT, home.path)
    acknowledged = {0}
    for kill in range(KILLS_A_ROUND):
        for child in children.values():
            acknowledged |= numbers(child.stdout.readline())  # it is at work
        time.sleep(chance.uniform(0.05, 0.4))
        victim = chance.choice(sorted(children))
        children[victim].send_signal(signal.SIGKILL)
        acknowledged |= answered(children.pop(victim))
        first = (kill + 3) * 1_000_000
        children[victim] = start_child(
            *((PROJECT, home.path) if victim == "p" else (WRITE, home.path, first))
        )
    for child in children.values():
        acknowledged |= numbers(child.stdout.readline())
        child.kill()
        acknowledged |= answered(child)

    runs, distinct, torn = home.counts()
    stored = {row[0] for row in home.rows("SELECT run_id FROM automated_runs")}
    assert {a_run(number).id for number in acknowledged} <= stored
    assert (distinct, torn) == (runs, 0)
    with home.ledger.read() as session:
        assert {run.id for run in session.runs.latest(limit=10**6)} == stored


def answered(child) -> set[int]:
    output, _ = child.communicate()
    return numbers(output.rpartition("\n")[0])  # a torn last line was no acknowledgement


def numbers(output: str) -> set[int]:
    return {int(line) for line in output.split() if line.isdigit()}


# The projector meets the world only through its ports and through `cp`; each is a place to die at.
DIE = """
import os, signal, sys
from pathlib import Path
from history_builders import Home, a_home
from resources.clock import SystemClock
from resources.history.store import DuckHistory

def die():
    os.kill(os.getpid(), signal.SIGKILL)

class DeadlyClock(SystemClock):
    asked = 0
    def monotonic(self):
        DeadlyClock.asked += 1
        if where == "committed" and self.asked == 1 or where == "copied" and self.asked == 2:
            die()
        return super().monotonic()
    def now(self):
        if where == "checkpointed":
            die()
        return super().now()

class DeadlyLedger:
    def __init__(self, ledger):
        self.read, self.is_shared = ledger.read, ledger.is_shared
    def write(self):
        die()

path, where = Path(sys.argv[1]), sys.argv[2]
home = a_home(path)
ledger = DeadlyLedger(home.ledgers) if where == "published" else home.ledgers
DuckHistory(path, ledger, DeadlyClock()).drain()
print("survived")
"""

DEADLY_CP = """#!/bin/sh
case "$4" in *{target}*) {before} /bin/cp "$@"; kill -9 $PPID; exit;; esac
exec /bin/cp "$@"
"""


@pytest.mark.parametrize("is_first", [True, False], ids=["first drain", "later drain"])
@pytest.mark.parametrize("where", ["committed", "checkpointed", "copied", "published"])
def test_a_projector_killed_between_two_steps_is_made_good_by_the_next(home, start_child, where, is_first):
    if not is_first:
        home.finish(1)
        home.history.drain()
    home.finish(2, 3)

    child = start_child(DIE, home.path, where)
    output, _ = child.communicate(timeout=300)

    assert (child.returncode, output) == (-signal.SIGKILL, "")
    expected = 2 if is_first else 3
    assert home.counts() == (expected, expected, 0)


@pytest.mark.parametrize("target", ["snapshot.duckdb", "history.duckdb"])
def test_a_projector_killed_while_it_copies_is_made_good_by_the_next(home, start_child, tmp_path, target):
    home.finish(1)
    home.history.drain()
    home.finish(2)
    tools = tmp_path / "tools"
    tools.mkdir()
    cp = tools / "cp"
    cp.write_text(DEADLY_CP.format(target=target, before=""))
    cp.chmod(0o755)

    child = start_child(DIE, home.path, "nowhere", PATH=f"{tools}:/usr/bin:/bin")
    output, _ = child.communicate(timeout=300)

    assert (child.returncode, output) == (-signal.SIGKILL, "")
    assert home.counts() == (2, 2, 0)
    assert not list(home.path.rglob("*.new"))
