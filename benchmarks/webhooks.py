"""How soon a delivery is acknowledged, whether any is lost, and how soon its run begins; `make bench-webhooks`.

One real web process over loopback; the sender is a process of its own, since it must not wait for its own answers.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
import zlib
from collections.abc import Mapping
from pathlib import Path

from benchmarks import report
from benchmarks.bare import bare_commits
from benchmarks.sending.place import a_receiver
from benchmarks.sending.sender import Sent, a_push, send_at
from benchmarks.sending.starts import measure_starts
from resources.inbox.store import LEVEL

WANTED = {
    "at_200_ack_p50_ms": ("<=", 5.0),
    "at_200_lost": ("<=", 0.0),
    "at_500_sent_per_second": (">=", 495.0),
    "at_500_lost": ("<=", 0.0),
    "at_500_refused": ("<=", 0.0),
    "deploy_first_step_p50_s": ("<=", 2.0),
    "deploy_first_step_p95_s": ("<=", 6.0),
    "debounced_first_step_p50_s": ("<=", 2.0),
    "debounced_first_step_p95_s": ("<=", 6.0),
}
ACK_P99_MS = 25.0  # at 200 a second, or, where the disk or the neighbours allow no better, so many times a bare insert's
TIMES_A_BARE_INSERT = 3.0
BARE_SECONDS = 10.0
BODY_BYTES = 20_000
WARM_UP = (100, 2.0)  # deliveries a second, seconds
RATES = {200: 30.0, 500: 60.0}  # deliveries a second -> seconds


def main() -> None:
    """Measure, print, write benchmarks/results/webhooks.json (only for the whole length)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, help="for each rate; then nothing is written")
    parser.add_argument("--body-bytes", type=int, default=BODY_BYTES)
    arguments = parser.parse_args()
    figures: dict[str, float] = {}
    for rate, seconds in RATES.items():
        with tempfile.TemporaryDirectory(prefix="bench-webhooks-") as folder:
            figures |= measure(Path(folder), rate, arguments.seconds or seconds, arguments.body_bytes)
    with tempfile.TemporaryDirectory(prefix="bench-webhooks-") as folder:
        figures |= measure_bare(
            Path(folder), min(arguments.seconds or BARE_SECONDS, BARE_SECONDS), arguments.body_bytes
        )
    if arguments.seconds is None:
        figures |= measure_starts()
    goals = report.goals_of(
        figures, {name: goal for name, goal in wanted(figures).items() if name in figures}
    )
    if arguments.seconds is None:
        report.write("webhooks", figures, goals)
    else:
        report.show(figures, goals)


def wanted(figures: Mapping[str, float]) -> dict[str, tuple[str, float]]:
    """Every goal; the one for the slowest acknowledgements knows what a bare insert took in this run."""
    bare = TIMES_A_BARE_INSERT * figures["bare_insert_p99_ms"]
    return {"at_200_ack_p99_ms": ("<=", round(max(ACK_P99_MS, bare), 3)), **WANTED}


def measure_bare(folder: Path, seconds: float, body_bytes: int) -> dict[str, float]:
    """One fsynced row for each delivery, of the bytes that the inbox keeps of it, at 200 a second."""
    kept = zlib.compress(a_push(0, body_bytes), LEVEL)
    took_ms = bare_commits(folder / "bare.db", len(kept), rate=200, seconds=seconds)
    return {
        "bare_insert_p50_ms": report.percentile(took_ms, 0.5),
        "bare_insert_p99_ms": report.percentile(took_ms, 0.99),
    }


def measure(folder: Path, rate: int, seconds: float, body_bytes: int) -> dict[str, float]:
    """Figures of one rate in a home of its own."""
    with a_receiver(folder) as receiver:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            first: Sent = pool.apply(
                send_at, (receiver.url, *WARM_UP, body_bytes)
            )  # not counted but for losses
            cpu_before, _ = receiver.cost()
            sent: Sent = pool.apply(send_at, (receiver.url, rate, seconds, body_bytes))
        began = time.monotonic()
        kept = receiver.events_once_quiet(first.accepted + sent.accepted)
        caught_up = time.monotonic() - began
        cpu_after, uss_mb = receiver.cost()
    name = f"at_{rate}"
    return {
        f"{name}_sent_per_second": sent.count / sent.seconds,
        f"{name}_ack_p50_ms": report.percentile(sent.ack_seconds, 0.5) * 1000,
        f"{name}_ack_p95_ms": report.percentile(sent.ack_seconds, 0.95) * 1000,
        f"{name}_ack_p99_ms": report.percentile(sent.ack_seconds, 0.99) * 1000,
        f"{name}_ack_max_ms": max(sent.ack_seconds) * 1000,
        f"{name}_refused": float(sent.count - sent.accepted),
        f"{name}_lost": float(first.accepted + sent.accepted - kept),
        f"{name}_events_caught_up_s": caught_up,
        f"{name}_web_cpu_ms_per_delivery": (cpu_after - cpu_before) * 1000 / sent.count,
        f"{name}_web_uss_mb": uss_mb,
    }


if __name__ == "__main__":
    main()
