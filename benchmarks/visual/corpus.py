"""The corpus: pairs of screenshots with a known truth, from our own pages in a real Chromium.

`python -m benchmarks.visual.corpus [--out FOLDER] [--only N]`
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from benchmarks.visual import changes, harmless, manifest
from benchmarks.visual.capture import PAGES, Base, Made, Studio, View
from benchmarks.visual.manifest import Pair, Truth
from benchmarks.visual.pixels import decoded
from resources import chromium

OUT = Path(".bench/visual/corpus")
WORKERS = 2
LEAST = {"change": 500, "harmless": 500, "faint": 60}  # pairs; the issue's
LONG = "ledger"  # about 20,000 px: too heavy for more than a few pairs
NAMES = (  # slow ones first, so that no worker is left alone with one at the end
    "tables", "article", "dashboard", "gallery", "form", "charts", "dark", "rtl", "docs", "landing", "shop", LONG,
)  # fmt: skip
SHARP = {"tables": 2, "form": 3, "dark": 2, "dashboard": 3, "rtl": 2, "shop": 3}  # phones have such screens

FULL = View("full", 1280, 720, is_full=True)
PHONE = View("phone", 375, 667)
DESKTOP = View("desktop", 1280, 720)


@dataclass(frozen=True, slots=True)
class Cell:
    """One page in one viewport: how many pairs of each truth are made, the same share from each of its views."""

    page: str
    views: tuple[View, ...]
    change: int
    harmless: int
    faint: int
    start: int = 0  # where in the order of kinds this cell begins, so that all kinds come up equally often


def cells() -> list[Cell]:
    """The whole plan: at least 500 changes and 500 harmless pairs, evenly over pages and viewports."""
    plan = []
    for name in NAMES:
        if name == LONG:
            plan.append(Cell(name, (FULL,), 6, 6, 1))
            continue
        plan.append(Cell(name, (PHONE, replace(PHONE, scroll=0.3)), 17, 16, 3))
        plan.append(Cell(name, (DESKTOP, replace(DESKTOP, scroll=0.5)), 17, 16, 3))
        plan.append(Cell(name, (FULL,), 17, 16, 3))
        if scale := SHARP.get(name):
            plan.append(Cell(name, (replace(PHONE, scale=scale),), 8, 7, 3))
    starts = {"change": 0}
    placed = []
    for cell in plan:
        placed.append(replace(cell, start=starts["change"]))
        starts["change"] += cell.change
    return placed


def generate(folder: Path, *, only: int | None = None, say: Callable[[str], None] = print) -> bool:
    """Make the corpus in `folder`, unless the one there is complete and of the same sources; True when made.

    Args:
        only: Make about this many pairs, a few of every truth, instead of all.
    """
    stamp = _stamp(only)
    if manifest.stamp(folder) == stamp:
        return False
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    plan = cells() if only is None else _sample(only)
    pages = list(dict.fromkeys(cell.page for cell in plan))
    jobs = [(folder, page, [cell for cell in plan if cell.page == page]) for page in pages]
    pairs: list[Pair] = []
    began = time.monotonic()
    for page, made in _played(jobs):
        pairs += made
        say(f"{page:<10} {len(made):>4} pairs  {time.monotonic() - began:6.1f} s")
    for truth, least in LEAST.items():
        count = sum(pair.truth == truth for pair in pairs)
        if only is None and count < least:
            raise RuntimeError(
                f"the pages offered only {count} {truth} pairs of {least}; plan more in cells()"
            )
    manifest.write(folder, pairs, stamp=stamp)
    return True


def _sample(only: int) -> list[Cell]:
    """The plan's first phone views, with about `only` pairs between them."""
    first = [cell for cell in cells() if cell.views[0] == PHONE][: max(1, round(only / 12))]
    each = max(1, only // (2 * len(first)))
    return [replace(cell, change=each, harmless=each, faint=1) for cell in first]


def _played(jobs: Sequence[tuple[Path, str, list[Cell]]]) -> Iterator[tuple[str, list[Pair]]]:
    if len(jobs) == 1:
        yield jobs[0][1], _page(jobs[0])
        return
    # Chromium and Playwright do not survive a fork.
    with ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn")) as pool:
        running = {pool.submit(_page, job): job[1] for job in jobs}
        try:
            for done in as_completed(running):
                yield running[done], done.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _page(job: tuple[Path, str, list[Cell]]) -> list[Pair]:
    folder, _, plan = job
    pairs: list[Pair] = []
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        studio = Studio(playwright, Path(scratch))
        for cell in plan:
            made = _cell(studio, folder, cell)
            if made is None:
                studio.is_careful = True
                made = _cell(studio, folder, cell)
                studio.is_careful = False
            if made is None:
                raise RuntimeError(
                    f"{cell.page} looks different each time it is loaded: it cannot be in a corpus"
                )
            pairs += made
        studio.close()
    return pairs


def _cell(studio: Studio, folder: Path, cell: Cell) -> list[Pair] | None:
    """The cell's pairs; None when a page is not as it was before all those changes, so that none can be trusted."""
    bases = [_base(studio, folder, cell.page, view) for view in cell.views]
    pairs = []
    for truth, wanted, turns, make in (
        ("change", cell.change, changes.TURNS, changes.make),
        ("faint", cell.faint, changes.FAINT, changes.make),
        ("harmless", cell.harmless, harmless.TURNS, harmless.make),
    ):
        made = _taken(studio, bases, turns, cell.start, wanted, make)
        pairs += [_kept(folder, base, truth, each, number) for base, each, number in made]
    if all(studio.visit(base.page, base.view).shoot() == base.png for base in bases):
        return pairs
    print(f"{cell.page}: changes could not be taken back; pages are loaded anew for each pair", flush=True)
    return None


def _taken(
    studio: Studio, bases: list[Base], turns: Sequence[str], start: int, wanted: int, make: Callable
) -> Iterator[tuple[Base, Made, int]]:
    """`wanted` pairs from one view after the other; a kind that a view does not offer leaves its turn to the next one.

    There may be fewer: some views offer little, and the plan has some to spare.
    """
    count = 0
    for turn in range(len(turns) * 3):
        if count == wanted:
            return
        kind = turns[(start + turn) % len(turns)]
        for base in (bases[count * len(bases) // wanted], *bases):
            chance = random.Random(f"{base.page} {base.view.slug} {kind} {turn}")
            if made := make(studio, base, kind, chance):
                yield base, made, turn
                count += 1
                break


def _base(studio: Studio, folder: Path, page: str, view: View) -> Base:
    png = studio.visit(page, view).shoot()
    target = folder / page / view.slug / "base.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(png)
    pixels = decoded(png)
    assert pixels.shape[1] == view.width * view.scale, f"{page} in {view.slug} is {pixels.shape[1]} px wide"
    return Base(page, view, png, pixels)


def _kept(folder: Path, base: Base, truth: Truth, made: Made, number: int) -> Pair:
    home = folder / base.page / base.view.slug
    name = f"{made.kind}-{number}"
    new = home / f"{name}.png"
    new.write_bytes(made.new)
    old = home / "base.png"
    if made.old is not None:
        old = home / f"{name}-old.png"
        old.write_bytes(made.old)
    return Pair(
        id=f"{base.page}/{base.view.slug}/{name}",
        page=base.page,
        viewport=base.view.viewport,
        scale=base.view.scale,
        kind=made.kind,
        truth=truth,
        old=old,
        new=new,
        old_size=_size(old),
        new_size=_size(new),
        box=made.box,
        delta_e=made.delta_e,
        changed_px=made.changed_px,
        note=made.note,
    )


def _size(png: Path) -> tuple[int, int]:
    with Image.open(png) as picture:
        return picture.size


def _stamp(only: int | None) -> str:
    """What the pictures follow from: our sources, the pages, the browser, and how many were asked for."""
    digest = hashlib.sha256(f"{chromium.version(chromium.find())} {only}".encode())
    ours = Path(__file__).parent
    sources = [
        ours / f"{name}.py"
        for name in ("capture", "changes", "corpus", "harmless", "manifest", "manners", "own_marks", "pixels")
    ]
    for path in sorted([*sources, *PAGES.iterdir()]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.visual.corpus", description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--only", type=int, help="about this many pairs of a few pages, for a look")
    wanted = parser.parse_args()
    began = time.monotonic()
    made = generate(wanted.out, only=wanted.only)
    pairs = manifest.load(wanted.out)
    print(f"{len(pairs)} pairs, {f'made in {time.monotonic() - began:.0f} s' if made else 'up to date'}")
    for truth in ("change", "harmless", "faint"):
        kinds = Counter(pair.kind for pair in pairs if pair.truth == truth)
        print(f"{truth} {kinds.total()}: {', '.join(f'{kind} {n}' for kind, n in sorted(kinds.items()))}")


if __name__ == "__main__":
    main()
