"""Seeing differences, beside the peers: truth, speed, memory and the hardest pairs; `make bench-visual`.

All peers are installed by pinned version into .bench/visual/peers. Pictures for the clock lie in memory (/dev/shm), for all
alike. A part that is measured alone replaces its own figures in benchmarks/results/visual.json and leaves the others.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from benchmarks import report
from benchmarks.report import Goal
from benchmarks.visual import cases, installing, manifest, memory, sheet, speed, truth
from resources import chromium

BENCH = Path(".bench/visual")
CORPUS = BENCH / "corpus"  # made when it is missing or older than its sources
IN_MEMORY = Path("/dev/shm")
SHEET = report.RESULTS / "visual-hardest.png"
SHEET_BYTES = 400_000  # more is not kept in the repository
PARTS = ("truth", "speed", "memory", "sheet")
OURS = ("numpy", "opencv-python-headless", "kornia-rs", "deflate", "scikit-image", "pillow")


def main() -> None:
    """Measure, print, write the results."""
    arguments = _parsed()
    began = time.monotonic()
    parts = [arguments.only] if arguments.only else list(PARTS)
    pairs = manifest.load(arguments.corpus) if arguments.corpus else manifest.ensure_corpus(CORPUS)
    needs_peers = "speed" in parts or ("truth" in parts and not arguments.without_peers)
    installed = installing.install(BENCH / "peers") if needs_peers else None
    for note in installed.notes if installed else ():
        print(note)
    figures: dict[str, float] = {}
    goals: list[Goal] = []

    def keep(found: tuple[dict[str, float], list[Goal]]) -> None:
        figures.update(found[0])
        goals.extend(found[1])

    with _scratch() as scratch:
        if "truth" in parts or "sheet" in parts:
            judged = truth.ours(pairs)
        if "truth" in parts:
            keep(truth.report_ours(judged))
            if installed:
                keep((truth.report_peers(pairs, judged, installed, scratch, _say), []))
        if "speed" in parts and installed:
            timed = speed.measure_speed(pairs, installed, scratch, arguments.rounds, _say)
            keep(speed.report_speed(timed))
            keep(speed.measure_threads(timed, arguments.rounds))
        if "memory" in parts:
            keep(memory.measure_memory(list(cases.build(pairs, scratch / "memory"))))
        if "sheet" in parts:
            print(f"\nthe hardest pairs: {sheet.draw(judged, BENCH / 'hardest.png')}")
    print(f"\n{len(pairs)} pairs, {arguments.rounds} rounds, {time.monotonic() - began:.0f} s\n")
    if arguments.corpus:
        print(report.goals_table(goals))
        print("results of pairs of your own are not kept")
        return
    if "sheet" in parts:
        _keep_sheet()
    if arguments.without_peers:
        print(report.goals_table(goals))
        print("nothing is written without the peers, who must be asked about the same pairs")
    elif figures:
        report.write(
            "visual",
            figures,
            goals,
            versions=_versions(),
            show_all=False,
            keeps_others=arguments.only is not None,
        )


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.visual", description=__doc__)
    parser.add_argument(
        "--corpus", type=Path, help="pairs of your own, which are left as they are (see manifest.py)"
    )
    parser.add_argument("--rounds", type=int, default=5, help="times that each case is measured")
    parser.add_argument(
        "--only",
        choices=PARTS,
        help="one part; truth is the accuracy, which does not depend on the machine's load",
    )
    parser.add_argument("--without-peers", action="store_true", help="truth of the product alone")
    return parser.parse_args()


@contextmanager
def _scratch() -> Iterator[Path]:
    home = IN_MEMORY if IN_MEMORY.is_dir() else None
    if home is None:
        print("there is no /dev/shm here: pictures for the clock lie on disk, for all tools alike")
    with tempfile.TemporaryDirectory(prefix="bench-visual-", dir=home) as folder:
        yield Path(folder)


def _keep_sheet() -> None:
    drawn = BENCH / "hardest.png"
    if drawn.stat().st_size <= SHEET_BYTES:
        shutil.copyfile(drawn, SHEET)
    else:
        print(f"{drawn} has {drawn.stat().st_size:,} bytes, too many to be kept in the repository")


def _versions() -> dict[str, str]:
    found = {name: version(name) for name in OURS}
    return found | installing.NPM | installing.PYPI | {"browser": chromium.version(chromium.find())}


def _say(line: str) -> None:
    print(f"{line}\n", end="", flush=True)  # in one piece, since several threads may speak


if __name__ == "__main__":
    main()
