"""What one thing costs: read from the results of the other benchmarks, or assumed and said to be."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import RESULTS
from benchmarks.running.ticking import SCHEDULES

SHARED = 2 * SCHEDULES  # as `make bench-runs BENCH_ARGS="--only shared"` has of ours, in PostgreSQL


@dataclass(frozen=True, slots=True)
class Cost:
    """A figure of the model with where it comes from."""

    name: str
    value: float
    unit: str
    source: str  # `file.json: key, key`, or why it was assumed
    how: str  # measured, derived or assumed
    beyond: str  # where the model uses it outside of what was measured; empty: nowhere


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds unless the name says otherwise; each for one run, view, delivery, message or batch."""

    all: tuple[Cost, ...]

    def __getitem__(self, name: str) -> float:
        return next(cost.value for cost in self.all if cost.name == name)


Figures = Callable[[str, str], float]


def read_costs(folder: Path = RESULTS) -> Costs:
    """What the model works with.

    Raises:
        KeyError: A benchmark no longer measures what is asked of it; its message names file and figure.
    """

    def figure(file: str, key: str) -> float:
        figures = json.loads((folder / f"{file}.json").read_text(encoding="utf-8"))["figures"]
        if key not in figures:
            raise KeyError(
                f"the load model needs {key!r} of {file}.json, which has no such figure; measure it with make bench-{file}"
            )
        return float(figures[key])

    return Costs((*_of_runs(figure), *_of_what_follows(figure), *_assumed()))


def _of_runs(figure: Figures) -> list[Cost]:
    return [
        Cost("delivery", figure("webhooks", "at_200_web_cpu_ms_per_delivery") / 1000, "CPU s",
             "webhooks.json: at_200_web_cpu_ms_per_delivery", "measured", "several web processes"),
        Cost("submit", figure("runs-postgres", "postgres_schedules_all_submitted_s") / SHARED, "s",
             f"runs-postgres.json: postgres_schedules_all_submitted_s, of {SHARED:,} schedules", "derived",
             "several daemons were not measured"),
        Cost("stock submit", figure("runs-postgres", "stock_schedules_all_submitted_s") / SCHEDULES, "s",
             f"runs-postgres.json: stock_schedules_all_submitted_s, of {SCHEDULES} schedules", "derived", ""),
        Cost("run wall", figure("spine", "run_overhead_p50_ms") / 1000, "s",
             "spine.json: run_overhead_p50_ms", "measured", ""),
        Cost("run CPU", 2 * 60 / figure("runs", "warm_noop_runs_per_minute"), "core s",
             "runs.json: warm_noop_runs_per_minute, both cores full", "derived", ""),
        Cost("view wall", 60 / figure("sessions", "ours_views_a_minute"), "s",
             "sessions.json: ours_views_a_minute", "derived", "other people's sites, slower than ours of loopback"),
        Cost("view CPU", figure("sessions", "ours_cpu_seconds_a_view"), "core s",
             "sessions.json: ours_cpu_seconds_a_view", "measured", "sites with heavier pages"),
        Cost("slot memory", sum(figure("runs", f"run_{one}_most_uss_mb") for one in
                                ("browser_worker", "child", "chromium", "playwright_driver")), "MB",
             "runs.json: run_browser_worker_most_uss_mb + run_child_ + run_chromium_ + run_playwright_driver_", "derived", "heavier pages"),
    ]  # fmt: skip


def _of_what_follows(figure: Figures) -> list[Cost]:
    shared = "a ledger of PostgreSQL, several writers"
    each = figure("history", "backlog_of_100000_runs_s") / 100_000
    return [
        Cost("views", figure("history", "comparisons") / figure("history", "runs"), "a run",
             "history.json: comparisons, runs: what its benchmark chose", "assumed", ""),
        Cost("finish", 1 / figure("spine", "finish_rate_per_s"), "s", "spine.json: finish_rate_per_s", "derived", shared),
        Cost("project", each, "s", "history.json: backlog_of_100000_runs_s, of 100,000 runs of ten views", "derived", ""),
        Cost("publish", max(0.0, figure("history", "publish_100_runs_third_s") - 100 * each), "s",
             "history.json: publish_100_runs_third_s less its 100 runs", "derived", "several histories beside each other"),
        Cost("published MB", figure("history", "publish_100_runs_third_written_mb"), "MB",
             "history.json: publish_100_runs_third_written_mb", "measured", "batches of other sizes"),
        Cost("message", figure("alerts", "accepted_max_s") / figure("alerts", "alerts"), "s",
             "alerts.json: accepted_max_s, alerts", "derived", "receivers that are slower than ours of loopback"),
        Cost("messages a failed run", figure("alerts", "messages") / figure("alerts", "failed_runs"), "",
             "alerts.json: messages, failed_runs", "derived", "failures that have less in common"),
        Cost("history bytes a view", figure("history", "live_file_bytes_a_comparison"), "B",
             "history.json: live_file_bytes_a_comparison", "measured", ""),
        Cost("ledger bytes a run", figure("history", "of_100000_runs_postgres_mb") * 1e6 / 100_000, "B",
             "history.json: of_100000_runs_postgres_mb", "derived", "rows that are kept, without Dagster's event log"),
        Cost("requests an agent's session", figure("remote", "requests") / figure("remote", "sessions"), "",
             "remote.json: requests, sessions", "derived", "not simulated: an agent's session holds no browser of ours"),
        Cost("agent's session memory", figure("remote", "memory_mb_a_session_p95"), "MB",
             "remote.json: memory_mb_a_session_p95", "measured", "likewise"),
    ]  # fmt: skip


def _assumed() -> list[Cost]:
    guess = "assumed: nothing here measures it"
    return [
        Cost("failed", 0.05, "of runs", guess, "assumed", ""),
        Cost("new pictures", 0.1, "of views", "assumed: an equal picture is stored once", "assumed", ""),
        Cost("picture kB", 100, "kB", guess, "assumed", ""),
        Cost("slots a core", 2, "browsers", "chosen: a view's wall time is about twice its CPU time", "assumed", ""),
    ]  # fmt: skip
