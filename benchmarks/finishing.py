"""How long finishing a run takes, and until it is visible in DuckDB, as a busy installation does it.

WRITERS processes finish RATE runs a second together, one historian takes them in, and in every second phase a person
holds the published copy open read-write.
"""

from __future__ import annotations

import json
import multiprocessing as mp
import random
import sqlite3
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path

from benchmarks import report
from benchmarks.bare import bare_commits
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import Comparison, Outcome, Region
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId, RunId, Sha256
from inspect_pipelines.domain.run import Run, RunStatus, request_origin
from inspect_pipelines.domain.screenshot import Environment, Screenshot, View
from inspect_pipelines.domain.session import SessionResult, SessionStatus
from inspect_pipelines.domain.verdict import Verdict, VerdictKind
from inspect_pipelines.usecases.runs.conclude import record_end
from inspect_pipelines.web.duties.historian import Historian
from resources.channels.registry import CHANNELS
from resources.clock import SystemClock
from resources.history.owner import Owner
from resources.history.places import Places
from resources.ledger.store import SqlLedger, SqlLedgers, create_ledgers

SEED = 7
RATE = 150  # runs a second, all writers together
WRITERS = 3
WARM_UP = 20  # runs a writer finishes before it is measured: SQL is compiled once a process
PHASE_SECONDS = 8
PHASES = 4  # without and with a person holding the published copy, in turn
VIEWS = 20


def measure_runs(home: Path) -> dict[str, float]:
    """Latencies of finishing a run, and until it is visible, with and without a person on the published copy."""
    finished: dict[bool, list[float]] = {False: [], True: []}
    visible: dict[bool, list[float]] = {False: [], True: []}
    rates = []
    ledgers = create_ledgers(home / "ledger.db")
    ledgers.migrate()
    context = mp.get_context("spawn")
    with historian(context, home) as seen:
        for phase in range(PHASES):
            is_held = phase % 2 == 1
            answers = one_phase(context, home, phase, is_held=is_held)
            seqs = seqs_of_runs(ledgers)
            seen.reach(max(seqs.values()))
            finished[is_held] += [ms for answer in answers for ms in answer["finish_ms"]]
            visible[is_held] += [
                (seen.at(seqs[run_id]) - answered) * 1000
                for answer in answers
                for run_id, answered in answer["answered"].items()
            ]
            rates += [sum(len(answer["finish_ms"]) / answer["seconds"] for answer in answers)]
    row_bytes = bytes_of_a_run(home / "ledger.db")
    bare = bare_commits(home.parent / "bare.db", row_bytes, rate=RATE, seconds=PHASE_SECONDS, writers=WRITERS)
    both = finished[False] + finished[True]
    free_p50, held_p50 = report.percentile(finished[False], 0.5), report.percentile(finished[True], 0.5)
    return {
        "run_bytes": float(row_bytes),
        "bare_commit_p50_ms": report.percentile(bare, 0.5),
        "bare_commit_p99_ms": report.percentile(bare, 0.99),
        "finish_rate_per_s": statistics.mean(rates),
        "finish_p50_ms": report.percentile(both, 0.5),
        "finish_p99_ms": report.percentile(both, 0.99),
        "finish_max_ms": max(both),
        "visible_p50_ms": report.percentile(visible[False] + visible[True], 0.5),
        "visible_p99_ms": report.percentile(visible[False] + visible[True], 0.99),
        "free_p99_ms": report.percentile(finished[False], 0.99),
        "held_p99_ms": report.percentile(finished[True], 0.99),
        "held_adds_p50_ms": held_p50 - free_p50,
        "held_visible_p99_ms": report.percentile(visible[True], 0.99),
    }


def bytes_of_a_run(path: Path) -> int:
    """What finishing a run adds to the ledger: its facts; beside them, a row of the run is changed."""
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT avg(length(body)) FROM journal").fetchone()[0]
    connection.close()
    return int(found)


def seqs_of_runs(ledgers: SqlLedgers) -> dict[str, int]:
    """Journal row by run."""
    with ledgers.read() as session:
        return {json.loads(body)["run"]["id"]: seq for seq, _, body in session.journal.after(0, 10**6)}


class historian:
    """A process that owns the history, and tells when each journal row was in DuckDB."""

    def __init__(self, context: mp.context.SpawnContext, home: Path) -> None:
        self._stop: Event = context.Event()
        self._ours, theirs = context.Pipe()
        self._steps: list[tuple[float, int]] = []
        self._process = context.Process(target=_own_history, args=(home, theirs, self._stop))

    def __enter__(self) -> historian:
        self._process.start()
        assert self._ours.recv() == "owner"
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        while self._process.is_alive():
            self._take_in(0.1)
        self._process.join()

    def reach(self, seq: int) -> None:
        """Wait until this row is visible."""
        gives_up_at = time.monotonic() + 30
        while not self._steps or self._steps[-1][1] < seq:
            assert time.monotonic() < gives_up_at, "the historian fell behind by 30 s"
            self._take_in(0.1)

    def at(self, seq: int) -> float:
        """When this row became visible, on the machine's steady counter."""
        low, high = 0, len(self._steps) - 1
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self._steps[middle][1] >= seq else (middle + 1, high)
        return self._steps[low][0]

    def _take_in(self, seconds: float) -> None:
        try:
            while self._ours.poll(seconds):
                self._steps.append(self._ours.recv())
                seconds = 0
        except EOFError:
            return


def _own_history(home: Path, pipe: mp.connection.Connection, stop: Event) -> None:
    owner = Owner(home, create_ledgers(home / "ledger.db"), SystemClock())
    duty = Historian(owner)
    duty.start()
    seen = -1
    while not stop.is_set():
        status = owner.status
        if status.is_owner and seen == -1:
            pipe.send("owner")
            seen = 0
        if status.applied_seq > seen >= 0:
            seen = status.applied_seq
            pipe.send((time.monotonic(), seen))
        time.sleep(0.002)
    duty.stop()


def one_phase(
    context: mp.context.SpawnContext, home: Path, phase: int, *, is_held: bool
) -> list[dict[str, object]]:
    """Let the writers write for a phase; returns what each measured."""
    start, answers = context.Barrier(WRITERS + 1), context.Queue()
    writers = [
        context.Process(target=_write, args=(home, SEED + phase * WRITERS + number, start, answers))
        for number in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    start.wait()
    holder = _hold_read_write(home) if is_held else None
    time.sleep(PHASE_SECONDS / 2)
    Places(home).wanted.touch()  # as `history sql` does: one person asks for a fresh copy in each phase
    measured = [answers.get() for _ in writers]
    for writer in writers:
        writer.join()
    if holder:
        holder.communicate("done\n")
    return measured


def _hold_read_write(home: Path) -> subprocess.Popen[str]:
    code = (
        "import sys, duckdb; c = duckdb.connect(sys.argv[1]); c.execute('CREATE OR REPLACE TABLE mine (x INTEGER)'); "
        "print('held', flush=True); sys.stdin.readline()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, home / "history.duckdb"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def _write(home: Path, seed: int, start: Barrier, answers: mp.queues.Queue[dict[str, object]]) -> None:
    """Finish runs at this writer's share of the rate, each due at its own time whether the last one was quick or not."""
    chance = random.Random(seed)
    ledger, clock = create_ledgers(home / "ledger.db").of(DEFAULT_ORG), SystemClock()
    count = RATE * PHASE_SECONDS // WRITERS
    runs = [_requested(clock, chance) for _ in range(count + WARM_UP)]
    with ledger.write() as session:
        for run in runs:
            session.runs.request(run)
    for run in runs[:WARM_UP]:
        _finish(ledger, run, *_evidence(run, chance))
    start.wait()
    began = due = time.monotonic()
    finish_ms, answered = [], {}
    for run in runs[WARM_UP:]:
        evidence = _evidence(run, chance)
        due += chance.expovariate(RATE / WRITERS)  # runs end whenever they end, not in step
        time.sleep(max(0.0, due - time.monotonic()))
        sent = time.monotonic()
        _finish(ledger, run, *evidence)
        answered[run.id] = time.monotonic()
        finish_ms.append((answered[run.id] - sent) * 1000)
    answers.put({"finish_ms": finish_ms, "answered": answered, "seconds": time.monotonic() - began})


def _finish(
    ledger: SqlLedger, run: Run, sessions: list[SessionResult], comparisons: list[Comparison]
) -> None:
    now = datetime.now(UTC)
    ended = run.concluded(RunStatus.FAILED, "shop/view-03@desktop: the header moved", now=now)
    verdict = Verdict(VerdictKind.FAILED, RunStatus.FAILED, (ended.reason,))
    with ledger.write() as session:
        told = record_end(
            session,
            ended,
            None,
            at=now,
            kinds=CHANNELS,
            sessions=sessions,
            comparisons=comparisons,
            verdict=verdict,
        )
    assert told is not None


def _requested(clock: SystemClock, chance: random.Random) -> Run:
    now, run_id = clock.now(), RunId(clock.new_id())
    definition = DefinitionId(f"watch-{run_id[-12:]}")  # a slot of its own, so that all may run at once
    run = Run(run_id, DEFAULT_ORG, request_origin(run_id), definition, "schedule", now, now, 30)
    return replace(run.claimed(f"dagster-{run_id}", now=now), requested_by="bench")


def _evidence(run: Run, chance: random.Random) -> tuple[list[SessionResult], list[Comparison]]:
    environment = Environment("Chromium 156.0.8078.79", "Debian GNU/Linux 12 x86_64", "0123456789abcdef")
    at = run.requested_at
    shots, comparisons = [], []
    for number in range(VIEWS):
        view = View("shop", f"view-{number:02}", "desktop")
        sha = Sha256(f"{chance.getrandbits(256):064x}")
        shots.append(
            Screenshot(view, sha, 1280, 2400, environment, at, f"https://shop.test/{number}", f"/{number}")
        )
        region = Region(Box(10, 20, 300, 40), 900, "header")
        comparisons.append(
            Comparison(
                view, Outcome.CHANGED, False, "the header moved", 0.31, "ssim-1", 0.02, 0.04, 12, (region,)
            )
        )
    session = SessionResult(
        f"{run.id}.1", "shop", SessionStatus.COMPLETED, at, at + timedelta(seconds=3), (), tuple(shots)
    )
    return [session], comparisons
