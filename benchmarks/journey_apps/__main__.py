"""Applications that people run, watched by the product as its users do; `make journey-apps`.

Six applications from the package registries, each served on loopback: an approved run, then three more beside it, which
must find no difference; and where every element stands in our sessions and in a plain browser, which must be the same.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from benchmarks import report
from benchmarks.journey_apps import installing
from benchmarks.journey_apps.applications import APPLICATIONS, BY_NAME, Application, Installed
from benchmarks.journey_apps.layouts import Layout, layouts
from benchmarks.journey_apps.serving import served
from benchmarks.journey_apps.watching import Row, Watch

BENCH = Path(".bench/apps")
RESULTS = report.RESULTS / "journey-apps.json"
RUNS = 3
GOALS = ("false_differences", "lost_views", "elements_apart")
Say = Callable[[str], None]


def main() -> None:
    """Serve, watch, print; write each application's figures into benchmarks/results/journey-apps.json."""
    arguments = _parsed()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what it serves ends with it
    wanted = [BY_NAME[name] for name in arguments.only] or list(APPLICATIONS)
    installed, missing = installing.install(BENCH)
    for registry, why in missing.items():
        names = [one.name for one in wanted if installing.NEEDS[one.name] == registry]
        print(f"not to be had on this machine: {', '.join(names) or 'nothing asked for'} ({registry}: {why})")
    there = [one for one in wanted if installing.NEEDS[one.name] not in missing]
    rows: list[Row] = []
    places: list[Layout] = []
    with _folder(arguments.keep) as scratch:
        for application in there:
            seen, placed = _watched(application, installed, Path(scratch), arguments, _say)
            rows += seen
            places += placed
            if arguments.layouts_only or arguments.runs == RUNS:
                _keep(_figures(seen, placed), len(wanted) - len(there), installed)
    _print(rows, places)
    if not arguments.layouts_only and arguments.runs != RUNS:
        print(f"results are kept after {RUNS} runs only")


def _keep(figures: dict[str, float], missing: int, installed: Installed) -> None:
    """Beside those of the other applications, so that a journey that is broken off leaves what it has seen."""
    before = json.loads(RESULTS.read_text(encoding="utf-8"))["figures"] if RESULTS.exists() else {}
    figures = _summed(before | figures) | {"applications_not_to_be_had": float(missing)}
    goals = report.goals_of(figures, dict.fromkeys(GOALS, ("<=", 0.0)))
    report.write("journey-apps", figures, goals, versions=installing.versions(installed), show_all=False)


def _watched(
    application: Application, installed: Installed, scratch: Path, arguments: argparse.Namespace, say: Say
) -> tuple[list[Row], list[Layout]]:
    rows: list[Row] = []
    with served(application, installed, scratch) as url:
        # An application remembers its first visitor: kernels started, files opened. That is no difference between runs.
        placed = [] if arguments.skip_layouts else layouts(application, url, scratch)
        if arguments.layouts_only:
            return rows, placed
        watch = Watch(application, url, scratch / f"{application.name}-watch")
        watch.approve(visits=1 if arguments.skip_layouts else 0)
        for run in range(1, arguments.runs + 1):
            rows += watch.rows(run)
            say(f"{application.name:<12} run {run}: {_tally(row for row in rows if row.run == run)}")
        for told in watch.findings():
            say(f"{application.name:<12} {told}")
    return rows, placed


def _tally(rows: Iterable[Row]) -> str:
    return ", ".join(f"{count} {verdict}" for verdict, count in Counter(row.verdict for row in rows).items())


def _print(rows: Sequence[Row], places: Sequence[Layout]) -> None:
    head = ("application", "route", "viewport", "run", "verdict", "score", "reason")
    lines = [
        (r.application, r.route, r.viewport, str(r.run), r.verdict, f"{r.score:.3f}", r.reason) for r in rows
    ]
    print(f"\n{_left(head, lines)}")
    print("\nWhere elements stand, in our session and in a plain browser")
    head = ("application", "route", "viewport", "elements", "elsewhere", "which")
    print(
        _left(
            head,
            [
                (p.application, p.route, p.viewport, str(p.elements), str(p.apart), "; ".join(p.said))
                for p in places
            ],
        )
    )


def _left(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    widths = [max(len(line[column]) for line in (head, *lines)) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in (head, *lines)
    )


def _figures(rows: Sequence[Row], places: Sequence[Layout]) -> dict[str, float]:
    """Those of each application, so that they can be watched one by one."""
    figures: dict[str, float] = {}
    for name in dict.fromkeys(row.application for row in rows):
        seen = [row for row in rows if row.application == name]
        figures[f"{name}_views_compared"] = float(len(seen))
        figures[f"{name}_false_differences"] = float(
            sum(row.verdict in ("different", "flaky") for row in seen)
        )
        figures[f"{name}_lost_views"] = float(sum(row.verdict == "lost" for row in seen))
        figures[f"{name}_highest_score"] = max(row.score for row in seen)
    for name in dict.fromkeys(place.application for place in places):
        there = [place for place in places if place.application == name]
        figures[f"{name}_layouts_compared"] = float(len(there))
        figures[f"{name}_elements_compared"] = float(sum(place.elements for place in there))
        figures[f"{name}_elements_apart"] = float(sum(place.apart for place in there))
    return figures


def _summed(figures: Mapping[str, float]) -> dict[str, float]:
    """The same with the sums over all applications in front."""
    single = {name: value for name, value in figures.items() if name.partition("_")[0] in BY_NAME}
    sums = {
        what: sum(value for name, value in single.items() if name.partition("_")[2] == what)
        for what in (
            "views_compared", *GOALS[:2], "layouts_compared", "elements_compared", "elements_apart",
        )
    }  # fmt: skip
    watched = sum(name.endswith("_views_compared") for name in single)
    return {"applications": float(watched), **sums, **single}


def _folder(keep: Path | None) -> AbstractContextManager[str | Path]:
    if keep is None:
        return tempfile.TemporaryDirectory(prefix="journey-apps-")
    shutil.rmtree(keep, ignore_errors=True)
    keep.mkdir(parents=True)
    return nullcontext(keep.resolve())


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.journey_apps", description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], choices=list(BY_NAME), help="these applications")
    parser.add_argument("--runs", type=int, default=RUNS, help="compared runs of each")
    parser.add_argument("--skip-layouts", action="store_true", help="pictures only")
    parser.add_argument("--layouts-only", action="store_true", help="no runs")
    parser.add_argument("--keep", type=Path, help="leave homes and pictures in this folder")
    return parser.parse_args()


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
