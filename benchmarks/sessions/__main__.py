"""What a session costs beside plain Playwright, and whether a site that stands still ever seems to change; `make bench-sessions`.

The demo shop, Datasette and the site with every annoyance. Speed: the same pages in the same viewports, whole, by our session and by plain
Playwright (`goto` until load, one `screenshot`), in turns; and by one that waits for a quiet network, as people do who were bitten. Differences: each
site's playbook again and again beside its first pictures.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from benchmarks import report
from benchmarks.sessions.differences import differences
from benchmarks.sessions.sites import SITES, Site

ROUNDS, RUNS = 5, 20
WANTED = {"time_beside_plain": ("<=", 1.25), "false_differences": ("<=", 0.0)}
WAYS = ("ours", "load", "networkidle")


def main() -> None:
    """Measure, print, write benchmarks/results/sessions.json."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sessions", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of each way on each site, for the speed")
    parser.add_argument("--runs", type=int, default=RUNS, help="of each site, for the differences")
    parser.add_argument("--only", nargs="*", default=[], choices=[site.name for site in SITES])
    parser.add_argument("--dry-run", action="store_true", help="write nothing")
    arguments = parser.parse_args()
    sites = [site for site in SITES if not arguments.only or site.name in arguments.only]
    figures: dict[str, float] = {"rounds": float(arguments.rounds), "runs": float(arguments.runs)}
    with tempfile.TemporaryDirectory(prefix="bench-sessions-") as scratch:
        figures |= speed(sites, Path(scratch), arguments.rounds)
        figures |= standing_still(sites, Path(scratch), arguments.runs)
    goals = report.goals_of(figures, WANTED)
    if arguments.dry_run or arguments.only:
        report.show(figures, goals)
    else:
        report.write("sessions", figures, goals)


def speed(sites: list[Site], scratch: Path, rounds: int) -> dict[str, float]:
    """Views a minute and CPU seconds a view of each way, of all sites together; medians of the rounds' sums."""
    walls: dict[str, list[float]] = defaultdict(lambda: [0.0] * rounds)
    cpus: dict[str, list[float]] = defaultdict(lambda: [0.0] * rounds)
    by_site: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    views = 0
    for site in sites:
        folder = scratch / f"{site.name}-speed"
        folder.mkdir()
        with site.serve(folder) as url:
            file = site.written(url, folder)
            for way in WAYS:  # not counted: files of the browser come from the disk
                views += (
                    played(way, file, folder)["views"]
                    if way == "ours"
                    else 0 * len(played(way, file, folder))
                )
            for number in range(rounds):
                for way in WAYS[number % len(WAYS) :] + WAYS[: number % len(WAYS)]:
                    took = played(way, file, folder)
                    walls[way][number] += took["wall"]
                    cpus[way][number] += took["cpu"]
                    by_site[site.name][way].append(took["wall"])
                say(
                    f"{site.name:<11} round {number + 1}: "
                    + ", ".join(f"{way} {by_site[site.name][way][-1]:.1f} s" for way in WAYS)
                )
    figures = {"views": float(views)}
    for way in WAYS:
        name = way if way == "ours" else f"plain_{way}"
        figures[f"{name}_views_a_minute"] = 60 * views / statistics.median(walls[way])
        figures[f"{name}_cpu_seconds_a_view"] = statistics.median(cpus[way]) / views
    pairs = [*zip(walls["ours"], walls["load"], walls["networkidle"], strict=True)]
    figures["time_beside_plain"] = statistics.median(own / load for own, load, _ in pairs)
    figures["time_beside_plain_networkidle"] = statistics.median(own / idle for own, _, idle in pairs)
    for name, found in by_site.items():
        figures[f"{name}_time_beside_plain"] = statistics.median(found["ours"]) / statistics.median(
            found["load"]
        )
    return figures


def standing_still(sites: list[Site], scratch: Path, runs: int) -> dict[str, float]:
    """Views that were compared and false differences, of each site and of all."""
    figures: dict[str, float] = {}
    for site in sites:
        folder = scratch / f"{site.name}-still"
        folder.mkdir()
        with site.serve(folder) as url:
            views, wrong = differences(site, url, folder, runs, say)
        figures |= {
            f"{site.name}_views_compared": float(views),
            f"{site.name}_false_differences": float(wrong),
        }
    return figures | {
        kind: sum(value for name, value in figures.items() if name.endswith(f"_{kind}"))
        for kind in ("views_compared", "false_differences")
    }


def played(way: str, file: Path, folder: Path) -> dict[str, int]:
    """One round in a process of its own."""
    words = [sys.executable, "-m", "benchmarks.sessions.play", way, str(file), str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{way} on {file.name} ended with {done.returncode}: {done.stderr[-2000:]}")
    took: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return took


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
