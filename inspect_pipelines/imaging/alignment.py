"""An alignment: which rows of two pictures belong together, so that an inserted band is one fact and not a red page."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from inspect_pipelines.domain.comparison import Band, BandKind
from inspect_pipelines.imaging.picture import Pixels
from inspect_pipelines.imaging.rows import Hashes, row_hashes
from inspect_pipelines.imaging.window import Rows, differing_rows

LOOK_FROM_RATIO = 0.10  # equal heights: below a tenth of differing rows nothing has been inserted
SHIFT_PX = 4  # equal heights: what moves by less is a change of its own, not an insertion
EDGE_RATIO, EDGE_PX = (
    1 / 20,
    60,
)  # of the width, at most: a scrollbar's place says nothing about what stands in a row
CLEARLY_MORE = 1.20  # equal heights: an insertion must explain a fifth more equal rows than staying in place

# 2**64 by the golden ratio: mixes a row's hash with that of the one above.
ODD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows that are compared with each other: old[old_y : old_y + height] with new[new_y : new_y + height]."""

    old_y: int
    new_y: int
    height: int


@dataclass(frozen=True, slots=True)
class Alignment:
    """Stretches in reading order; what they leave out was removed from the old or inserted into the new picture."""

    stretches: tuple[Stretch, ...]
    old_height: int
    new_height: int

    @property
    def bands(self) -> tuple[Band, ...]:
        """The left-out rows, in the new picture's coordinates; a removed band stands where it would have been."""
        found = []
        old_y = new_y = 0
        for stretch in (*self.stretches, Stretch(self.old_height, self.new_height, 0)):
            if stretch.new_y > new_y:
                found.append(Band(BandKind.INSERTED, new_y, stretch.new_y - new_y))
            if stretch.old_y > old_y:
                found.append(Band(BandKind.REMOVED, stretch.new_y, stretch.old_y - old_y))
            old_y, new_y = stretch.old_y + stretch.height, stretch.new_y + stretch.height
        return tuple(found)

    @property
    def is_in_place(self) -> bool:
        """Whether every row is compared with the one at its own height."""
        return len(self.stretches) == 1 and self.stretches[0].old_y == self.stretches[0].new_y == 0

    @property
    def largest_band(self) -> int:
        """Rows of the highest band; 0: nothing was inserted or removed."""
        return max((band.height for band in self.bands), default=0)

    def aligned(self, old: Pixels, new: Pixels) -> tuple[Pixels, Pixels]:
        """Both pictures reduced to the rows that belong together."""
        return (
            _rows(old, [(each.old_y, each.old_y + each.height) for each in self.stretches]),
            _rows(new, [(each.new_y, each.new_y + each.height) for each in self.stretches]),
        )

    def new_row(self, row: int) -> int:
        """The row of the new picture that this aligned row is."""
        for stretch in self.stretches:
            if row < stretch.height:
                return stretch.new_y + row
            row -= stretch.height
        raise IndexError(row)


def _rows(picture: Pixels, parts: list[tuple[int, int]]) -> Pixels:
    """Those rows; parts that follow each other are not copied."""
    if all(end == start for (_, end), (start, _) in pairwise(parts)):
        return picture[parts[0][0] : parts[-1][1]]
    return np.concatenate([picture[top:bottom] for top, bottom in parts])


def align(old: Pixels, new: Pixels, rows: Rows | None = None) -> Alignment:
    """Rows in place, unless moving some of them explains clearly more equal rows.

    With equal heights something may have pushed the page down and its end off the picture; then the gain must be
    large, because a shifted element would else be explained away as two bands. With different heights something was
    inserted or removed for certain, so any gain decides.

    Args:
        old, new: Of the same width; heights may differ.
        rows: Which rows differ in place, where that is known already.
    """
    common = min(len(old), len(new))
    in_place = Alignment((Stretch(0, 0, common),), len(old), len(new))
    if len(old) == len(new):
        rows = differing_rows(old, new) if rows is None else rows
        if np.count_nonzero(rows) <= LOOK_FROM_RATIO * common:
            return in_place
    return _moved(old, new) or in_place


def _moved(old: Pixels, new: Pixels) -> Alignment | None:
    """The alignment that explains most equal rows; None when staying in place is as good."""
    inner = old.shape[1] - min(round(EDGE_RATIO * old.shape[1]), EDGE_PX)
    old_height, new_height = len(old), len(new)
    old_rows, new_rows = row_hashes(old, width=inner), row_hashes(new, width=inner)
    common = min(old_height, new_height)
    in_place = np.count_nonzero(old_rows[:common] == new_rows[:common])
    if old_height == new_height and old_height - in_place <= LOOK_FROM_RATIO * old_height:
        return None
    needed = in_place * CLEARLY_MORE if old_height == new_height else in_place
    if np.count_nonzero(np.isin(new_rows, old_rows)) <= needed:  # a dark theme: nothing to line up
        return None
    stretches = _joined(_stretches(old_rows, new_rows))
    explained = sum(
        np.count_nonzero(old_rows[s.old_y : s.old_y + s.height] == new_rows[s.new_y : s.new_y + s.height])
        for s in stretches
    )
    found = Alignment(stretches, old_height, new_height)
    if explained <= needed or (old_height == new_height and found.largest_band <= SHIFT_PX):
        return None
    return found


def _stretches(old: Hashes, new: Hashes) -> Iterator[Stretch]:
    """Anchors grown over their equal neighbours; what lies between two of them is compared from its top."""
    old_y = new_y = 0
    for anchor_old, anchor_new in [*_turns(_anchors(old, new)), (len(old), len(new))]:
        between = min(anchor_old - old_y, anchor_new - new_y)
        head = _equal(old[old_y : old_y + between], new[new_y : new_y + between])
        yield Stretch(old_y, new_y, head)
        old_y, new_y, between = old_y + head, new_y + head, between - head
        tail = _equal(
            old[anchor_old - between : anchor_old][::-1], new[anchor_new - between : anchor_new][::-1]
        )
        yield Stretch(old_y, new_y, between - tail)
        last = 1 if anchor_old < len(old) and anchor_new < len(new) else 0  # the anchor row itself
        yield Stretch(anchor_old - tail, anchor_new - tail, tail + last)
        old_y, new_y = anchor_old + last, anchor_new + last


def _equal(old: Hashes, new: Hashes) -> int:
    """How many rows are equal before the first one that is not."""
    differs = old != new
    return int(np.argmax(differs)) if differs.any() else len(differs)


def _turns(anchors: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The anchors without those that stand between two others at the same distance: what they say is said already."""
    far = [new - old for old, new in anchors]
    return [
        anchor
        for at, anchor in enumerate(anchors)
        if not (0 < at < len(anchors) - 1 and far[at - 1] == far[at] == far[at + 1])
    ]


def _anchors(old: Hashes, new: Hashes) -> list[tuple[int, int]]:
    """Rows that occur exactly once on each side, as the longest run that is in order on both.

    A row counts together with the one above it: the rows of a flat bar are all the same, but its upper edge is unique.
    """
    old_keys, old_ys = _once(old)
    new_keys, new_ys = _once(new)
    _, at_old, at_new = np.intersect1d(old_keys, new_keys, assume_unique=True, return_indices=True)
    order = np.argsort(old_ys[at_old])
    from_old, from_new = old_ys[at_old][order], new_ys[at_new][order]
    pairs = list(zip(from_old.tolist(), from_new.tolist(), strict=True))
    if (np.diff(from_new) > 0).all():
        return pairs
    # Patience: piles of increasing new positions, each card remembering the top of the pile before it.
    tops: list[int] = []
    top_index: list[int] = []
    before: list[int] = []
    for index, (_, position) in enumerate(pairs):
        pile = bisect_left(tops, position)
        before.append(top_index[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(position)
            top_index.append(index)
        else:
            tops[pile], top_index[pile] = position, index
    chain = []
    index = top_index[-1] if top_index else -1
    while index >= 0:
        chain.append(pairs[index])
        index = before[index]
    return chain[::-1]


def _once(rows: Hashes) -> tuple[Hashes, npt.NDArray[np.intp]]:
    """Keys of a row and the one above it that occur once, and where."""
    above = np.concatenate([[np.uint64(0)], rows[:-1]])
    keys, first, counts = np.unique(above * ODD + rows, return_index=True, return_counts=True)
    return keys[counts == 1], first[counts == 1]


def _joined(stretches: Iterator[Stretch]) -> tuple[Stretch, ...]:
    joined: list[Stretch] = []
    for stretch in stretches:
        if not stretch.height:
            continue
        last = joined[-1] if joined else None
        if last and (last.old_y + last.height, last.new_y + last.height) == (stretch.old_y, stretch.new_y):
            joined[-1] = Stretch(last.old_y, last.new_y, last.height + stretch.height)
        else:
            joined.append(stretch)
    return tuple(joined)
