"""Compare runs: the pictures of one beside those of another, by the judge of the runs; nothing is decided or kept."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from inspect_pipelines.domain.comparison import Comparison, Pair
from inspect_pipelines.domain.ids import RunId, Sha256
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.sentence import OF_TWO_RUNS
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.gallery import Pictures
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.run_pair import RunPair, is_same_picture
from inspect_pipelines.usecases.pictures.compare import compare_pair

THREADS = 2  # what reads pictures lets go of the interpreter; each holds two decoded ones
MOST = 60  # pairs that one request opens: a few seconds
KEPT = 1024  # pairs that are remembered

Key = tuple[RunId, RunId, View, Sha256 | None, Sha256 | None, BaselinePolicy]
_FOUND: dict[Key, Comparison] = {}  # evidence never changes, but for runs that go on


def compare_runs(
    house: House, found: RunPair, views: Collection[View] = (), *, most: int = MOST
) -> list[Comparison]:
    """What two runs differ by.

    Args:
        house: Ports.
        found: The two.
        views: Only these; without any: all.
        most: How many pairs are opened at once; the rest of what is not the same picture is left out.

    Raises:
        NotFound: Neither run shows one of the views.
    """
    known = {one.view for one in found.pairs}
    if unknown := sorted({*views} - known):
        named = ", ".join(map(str, sorted(known)[:8])) or "none"
        raise NotFound(
            f"neither run {found.run.id!r} nor run {found.other.id!r} has a view '{unknown[0]}'; they have: {named}"
        )
    wanted = [one for one in found.pairs if not views or one.view in views]
    return list(measured(house, found, _bounded(wanted, most)))


def measured(house: House, found: RunPair, pairs: Iterable[Pair]) -> Iterator[Comparison]:
    """Each of these pairs, in their order; two are looked at at once."""

    def look(each: Pair) -> Comparison:
        key = (
            found.run.id,
            found.other.id,
            each.view,
            each.old.sha256 if each.old else None,
            each.new.sha256 if each.new else None,
            found.policy,
        )
        if key not in _FOUND:
            seen = _compared(house.gallery, found, each)
            if len(_FOUND) >= KEPT:
                _FOUND.clear()
            _FOUND[key] = seen
        return _FOUND[key]

    with ThreadPoolExecutor(THREADS) as pool:
        yield from pool.map(look, pairs)


def drawn(house: House, found: RunPair, each: Pair) -> tuple[bytes, bytes] | None:
    """What differs over this run's picture, and both with rows that belong together at one height; None: nothing does."""
    sheets = _Sheets(house.gallery)
    seen = _compared(sheets, found, each, draws=True)
    if seen.overlay_sha256 is None or seen.side_by_side_sha256 is None:
        return None
    return sheets.drawn[seen.overlay_sha256], sheets.drawn[seen.side_by_side_sha256]


class _Sheets(Pictures):
    """The pictures of a gallery, with what is drawn for somebody who only looks."""

    def __init__(self, gallery: Pictures) -> None:
        self._gallery = gallery
        self.drawn: dict[Sha256, bytes] = {}

    def put(self, png: bytes, *, with_rows: bool = False) -> Sha256:
        name = Sha256(hashlib.sha256(png).hexdigest())
        self.drawn[name] = png
        return name

    def rows(self, sha256: Sha256) -> bytes | None:
        return self._gallery.rows(sha256)

    def get(self, sha256: Sha256) -> bytes:
        return self._gallery.get(sha256)


def _compared(pictures: Pictures, found: RunPair, each: Pair, *, draws: bool = False) -> Comparison:
    return compare_pair(pictures, each, found.policy, draws=draws, findings=found.findings, terms=OF_TWO_RUNS)


def _bounded(pairs: Iterable[Pair], most: int) -> Iterator[Pair]:
    """Those that cost nothing, and the first of those that have to be opened."""
    opened = 0
    for each in pairs:
        if each.old is not None and each.new is not None and not is_same_picture(each):
            opened += 1
            if opened > most:
                continue
        yield each
