"""How soon the API answers over a history of a million runs, and whether webhooks notice; `make bench-api`.

One real web process over loopback, asked by processes of their own: first each kind of list and single runs, some a
second; then 200 requests a second beside webhooks, whose acknowledgements are compared with those of before.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from benchmarks import report
from benchmarks.asking.asker import Answers, ask_at
from benchmarks.asking.past import make_past
from benchmarks.sending.place import a_receiver
from benchmarks.sending.sender import Sent, send_at

WANTED = {
    "runs_any_filter_p95_ms": ("<=", 50.0),
    "run_p95_ms": ("<=", 25.0),
    "at_200_answered_per_second": (">=", 198.0),
    "at_200_not_answered": ("<=", 0.0),
    "ack_p99_times_idle": ("<=", 1.5),
}
V1 = "/api/v1"
RUNS = 1_000_000
QUIET_RATE = 10  # requests a second: each alone
SECONDS = 30.0
LOAD = 200
WEBHOOKS, BODY_BYTES = 50, 20_000  # deliveries a second
# What a list may be filtered by; each is asked for its first page.
FILTERS: Mapping[str, str] = {
    "all": "",
    "status": "status=failed&status=error",
    "schedule": "schedule_id=watch-7",
    "schedule_status": "schedule_id=watch-7&status=needs_review",
    "days": "from=2026-06-01T00:00:00Z&to=2026-06-08T00:00:00Z",
    "repo": "repo=acme/shop-3",
    "branch": "branch=release-4",
    "environment": "environment=staging",
    "nothing": "repo=acme/nowhere",
}


def main() -> None:
    """Measure, print, write benchmarks/results/api.json (only for the whole size)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help="in the history; then nothing is written")
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, help="for each part; then nothing is written"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-api-") as folder:
        figures = measure(Path(folder), arguments.runs, arguments.seconds)
    goals = report.goals_of(figures, WANTED)
    if (arguments.runs, arguments.seconds) == (RUNS, SECONDS):
        report.write("api", figures, goals)
    else:
        report.show(figures, goals)


def measure(folder: Path, runs: int, seconds: float) -> dict[str, float]:
    """All figures, of a home of its own."""
    figures: dict[str, float] = {"runs_in_history": float(runs)}
    with a_receiver(folder) as receiver, multiprocessing.get_context("spawn").Pool(2) as pool:
        receiver.stop()
        ids = make_past(receiver.house, runs)
        receiver.start()
        port = receiver.port

        def asked(paths: Sequence[str], rate: float, for_seconds: float) -> Answers:
            answers: Answers = pool.apply(ask_at, (port, paths, rate, for_seconds))
            return answers

        singles = [f"{V1}/runs/{run_id}" for run_id in ids]
        each = seconds / len(FILTERS)
        asked([f"{V1}/runs", singles[0]], QUIET_RATE, 1.0)  # not counted
        for name, query in FILTERS.items():
            figures |= took(f"runs_{name}", asked([f"{V1}/runs?{query}"], QUIET_RATE, each))
        figures |= took("runs_deep_page", asked([deep_page(port)], QUIET_RATE, each))
        lists = [value for name, value in figures.items() if name.endswith("_p95_ms")]
        figures["runs_any_filter_p95_ms"] = max(lists)
        figures |= took("run", asked(singles, QUIET_RATE, each))

        hooks = (receiver.url, WEBHOOKS)
        pool.apply(send_at, (*hooks, 2.0, BODY_BYTES))  # not counted
        idle: Sent = pool.apply(send_at, (*hooks, seconds, BODY_BYTES))
        mixed = [
            path
            for pair in zip([f"{V1}/runs?limit=20"] * len(singles), singles, strict=True)
            for path in pair
        ]
        loading = pool.apply_async(ask_at, (port, mixed, LOAD, seconds))
        loaded: Sent = pool.apply(send_at, (*hooks, seconds, BODY_BYTES))
        answers: Answers = loading.get()
    idle_ms, loaded_ms = (report.percentile(one.ack_seconds, 0.99) * 1000 for one in (idle, loaded))
    return figures | {
        **took("at_200", answers),
        "at_200_answered_per_second": answers.good / answers.seconds,
        "at_200_not_answered": float(answers.count - answers.good),
        "ack_p99_ms_idle": idle_ms,
        "ack_p99_ms_at_200": loaded_ms,
        "ack_p99_times_idle": loaded_ms / idle_ms,
    }


def took(name: str, answers: Answers) -> dict[str, float]:
    """How long answers took.

    Raises:
        SystemExit: Some were no answers: their times would say nothing.
    """
    if answers.good != answers.count and name != "at_200":
        raise SystemExit(
            f"{name}: {answers.count - answers.good} of {answers.count} requests were not answered"
        )
    return {
        f"{name}_p50_ms": report.percentile(answers.took_seconds, 0.5) * 1000,
        f"{name}_p95_ms": report.percentile(answers.took_seconds, 0.95) * 1000,
    }


def deep_page(port: int, pages: int = 20) -> str:
    """The address of a page that many pages down."""
    url = f"http://127.0.0.1:{port}{V1}/runs?limit=200"
    for _ in range(pages):
        following = httpx.get(url, trust_env=False, timeout=30).json()["next"]
        if following is None:
            break
        url = following
    return url.partition(f":{port}")[2]


if __name__ == "__main__":
    main()
