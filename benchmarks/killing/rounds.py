"""Rounds of killing: one run each, one process killed at one boundary of its steps, then the books are checked."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from dataclasses import dataclass
from itertools import cycle, islice, product

import dagster as dg

from benchmarks.killing.place import OF_A_RUN, SERVICES, Place, wait_until

STEPS = ("launch_session", "collect_screenshots", "compare", "conclude", "notify")
BOUNDARIES = tuple(product(STEPS, (dg.DagsterEventType.STEP_START, dg.DagsterEventType.STEP_SUCCESS)))
CONCLUDED_WITHIN_SECONDS = 300.0  # given up then; how long it takes is in the figures
WHOLE_WITHIN_SECONDS = 300.0
BROWSER_GONE_SECONDS = 30.0
PLAYING_SECONDS = (0.5, 2.5)  # after the step began: a browser is somewhere between its start and its picture


@dataclass(frozen=True, slots=True)
class Round:
    """What happened in one."""

    victim: str
    boundary: str
    was_killed: bool
    status: str  # of our run; `open` when it did not end in time
    dagster_status: str
    reason: str  # its first line
    seconds: float  # from the kill to the end of our run
    browsers_left: int


@dataclass(frozen=True, slots=True)
class Books:
    """What must all be zero."""

    stuck: int
    dagster_stuck: int
    lost: int
    concluded_twice: int
    browsers_left: int


def plan(seed: int, rounds: int) -> list[tuple[str, str, dg.DagsterEventType, float]]:
    """(victim, step, event, pause in seconds): every combination that makes sense, shuffled, over and over."""
    chance = random.Random(seed)
    everywhere = [(victim, step, event, 0.0) for victim in ("child", *SERVICES) for step, event in BOUNDARIES]
    browser = OF_A_RUN[1:]
    playing = [
        (victim, STEPS[1], dg.DagsterEventType.STEP_START, chance.uniform(*PLAYING_SECONDS))
        for victim in browser * 4
    ]
    chance.shuffle(everywhere)
    chance.shuffle(playing)
    mixed = everywhere + playing
    chance.shuffle(mixed)
    return list(islice(cycle(mixed), rounds))


def play(place: Place, victim: str, step: str, event: dg.DagsterEventType, pause: float, key: str) -> Round:
    """One run with one kill."""
    wait_until(place.is_whole, WHOLE_WITHIN_SECONDS)
    wanted = place.request(key)

    def reached() -> bool:
        return not place.run(wanted).status.is_open or any(
            entry.step_key == step
            for run in place.dagster_runs(wanted)
            for entry in place.instance.all_logs(run.run_id, of_type=event)
        )

    wait_until(reached, CONCLUDED_WITHIN_SECONDS, 0.01)
    time.sleep(pause)
    was_killed = place.kill(victim, wanted)
    began = time.monotonic()
    is_over = wait_until(lambda: not place.run(wanted).status.is_open, CONCLUDED_WITHIN_SECONDS)
    seconds = time.monotonic() - began
    wait_until(lambda: all(run.is_finished for run in place.dagster_runs(wanted)), CONCLUDED_WITHIN_SECONDS)
    wait_until(lambda: not place.browsers(), BROWSER_GONE_SECONDS)
    statuses = sorted(run.status.value for run in place.dagster_runs(wanted))
    return Round(
        victim,
        f"{step} {event.value}",
        was_killed,
        place.run(wanted).status.value if is_over else "open",
        "+".join(statuses),
        place.run(wanted).reason.partition("\n")[0],
        seconds,
        len(place.browsers()),
    )


def check(place: Place, keys: list[str], rounds: list[Round]) -> Books:
    """The books after all rounds: ledger, journal, DuckDB and Dagster."""
    origins = {f"request:{key}" for key in keys}
    with place.house.ledger.read() as ledger:
        runs = ledger.runs.latest(limit=10_000)
    with place.house.ledgers.read() as ledgers:
        rows = [json.loads(body) for _, kind, body in ledgers.journal.after(0, 10**6) if kind == "run"]
    told = Counter(row["run"]["id"] for row in rows)
    table = place.house.history.query("SELECT run_id, count(*) FROM automated_runs GROUP BY run_id")
    in_history = {str(run_id): int(count) for run_id, count in table.rows}
    unfinished = [run for run in place.instance.get_runs() if not run.is_finished]
    ended = [run for run in runs if not run.status.is_open]
    return Books(
        stuck=sum(run.status.is_open for run in runs),
        dagster_stuck=len(unfinished),
        lost=len(origins - {run.origin for run in runs})
        + sum(run.id not in told for run in ended)
        + sum(run.id not in in_history for run in ended),
        concluded_twice=sum(count > 1 for count in told.values())
        + sum(count > 1 for count in in_history.values()),
        browsers_left=sum(each.browsers_left for each in rounds[-1:]) + len(place.browsers()),
    )
