"""How soon the console shows itself over a history of a million runs, and how soon a reviewer sees the next view; `make bench-console`.

One real web process over loopback and one real Chromium: each page with an empty cache, a run of 1,000 views, then a reviewer who goes
from view to view, to views far away, and decides.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import report
from benchmarks.asking.past import make_past
from benchmarks.looking.album import make_album
from benchmarks.looking.eye import Eye, Sight, an_eye, counts, turns
from benchmarks.sending.place import HOST, a_receiver

WANTED = {
    "first_paint_p95_ms": ("<=", 1000.0),
    "transferred_most_kb": ("<=", 150.0),
    "many_views_interactive_ms": ("<=", 1500.0),
    "many_views_pictures": ("<=", 120.0),
    "next_from_memory_p95_ms": ("<=", 100.0),
    "next_cold_p95_ms": ("<=", 300.0),
    "decision_p95_ms": ("<=", 150.0),
}
RUNS, VIEWS, LOADS = 1_000_000, 1_000, 10
PAGES = {
    "home": "/",
    "runs": "/runs",
    "runs_failed": "/runs?status=failed&status=error",
    "inbox": "/inbox",
    "baselines": "/baselines",
    "incidents": "/incidents",
    "events": "/events",
    "insight": "/insight",
    "schedule": "/schedules/watch-7",
    "past_run": "/runs/{past}",
}
READY = "ip-diff[data-ready]"


def main() -> None:
    """Measure, print, write benchmarks/results/console.json (only for the whole size)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help="in the history; then nothing is written")
    parser.add_argument("--views", type=int, default=VIEWS, help="of the large run; then nothing is written")
    parser.add_argument("--loads", type=int, default=LOADS, help="of each page; then nothing is written")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-console-") as folder:
        figures = measure(Path(folder), arguments.runs, arguments.views, arguments.loads)
    goals = report.goals_of(figures, WANTED)
    if (arguments.runs, arguments.views, arguments.loads) == (RUNS, VIEWS, LOADS):
        report.write("console", figures, goals)
    else:
        report.show(figures, goals)


def measure(folder: Path, runs: int, views: int, loads: int) -> dict[str, float]:
    """All figures, of a home of its own."""
    with a_receiver(folder) as receiver:
        receiver.stop()
        album = make_album(receiver.house, views)
        past = make_past(receiver.house, runs)[0]
        receiver.start()
        with an_eye(f"http://{HOST}:{receiver.port}") as eye:
            eye.look("/")  # not counted
            found = {
                name: [eye.look(path.format(past=past)) for _ in range(loads)] for name, path in PAGES.items()
            }
            large = [eye.look(f"/runs/{album}/review", until=READY) for _ in range(loads)]
            whole = [eye.look(f"/runs/{album}") for _ in range(loads)]
            figures = {"runs_in_history": float(runs), "views": float(views)}
            return (
                figures | of_pages(found) | of_many_views(large, whole) | reviewing(eye, album, views, loads)
            )


def of_pages(found: dict[str, list[Sight]]) -> dict[str, float]:
    """What each page took, and all of them."""
    figures = {
        f"{name}_first_paint_p95_ms": report.percentile([one.painted_ms for one in sights], 0.95)
        for name, sights in found.items()
    }
    every = [one for sights in found.values() for one in sights]
    return figures | {
        "first_paint_p95_ms": report.percentile([one.painted_ms for one in every], 0.95),
        "transferred_most_kb": max(one.transferred_kb for one in every),
    }


def of_many_views(review: Sequence[Sight], run: Sequence[Sight]) -> dict[str, float]:
    """The run of a thousand views: its review, and its page."""
    both = [*review, *run]
    return {
        "review_interactive_p95_ms": report.percentile([one.interactive_ms for one in review], 0.95),
        "run_interactive_p95_ms": report.percentile([one.interactive_ms for one in run], 0.95),
        "many_views_interactive_ms": report.percentile([one.interactive_ms for one in both], 0.95),
        "many_views_pictures": float(max(one.pictures for one in both)),
        "many_views_transferred_kb": max(one.transferred_kb for one in both),
    }


def reviewing(eye: Eye, album: str, views: int, loads: int) -> dict[str, float]:
    """How soon the next view is there: fetched ahead, never seen, and after a word about this one."""
    with eye.review(album) as page:
        near = [turns(page, "press", "ArrowDown") for _ in range(2 * loads)]
        shown = int(page.evaluate("document.querySelectorAll('.film a:not([aria-current])').length"))
        far = [turns(page, "film", (7 + 11 * number) % shown) for number in range(2 * loads)]
        said = [turns(page, "press", "y") for _ in range(min(2 * loads, views // 4))]
        counted = [counts(page, "y") for _ in range(min(2 * loads, views // 4))]
    return {
        "next_from_memory_p50_ms": report.percentile(near, 0.5),
        "next_from_memory_p95_ms": report.percentile(near, 0.95),
        "next_cold_p50_ms": report.percentile(far, 0.5),
        "next_cold_p95_ms": report.percentile(far, 0.95),
        "decision_p50_ms": report.percentile(said, 0.5),
        "decision_p95_ms": report.percentile(said, 0.95),
        "decision_counted_p50_ms": report.percentile(counted, 0.5),
        "decision_counted_p95_ms": report.percentile(counted, 0.95),
    }


if __name__ == "__main__":
    main()
