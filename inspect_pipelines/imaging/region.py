"""Regions: connected areas that look different, as boxes, the most different first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import Region
from inspect_pipelines.imaging.cells import CELL, Grid
from inspect_pipelines.imaging.colour import ciede2000
from inspect_pipelines.imaging.kind import kinds
from inspect_pipelines.imaging.picture import Pixels
from inspect_pipelines.imaging.standing import UNSEEN
from inspect_pipelines.imaging.window import CACHED_ROWS, Window, count_changed, cut

SEEN = (
    0.02  # a cell that looks so different is a part of a region; a place can be no worse than its worst cell
)
FAINTLY_RATIO = 0.25  # of SEEN; what looks so different beside a seen cell is the end of the same change
MOST = 50
REACHES = (1, 2, 3)  # cells between two areas that are one; wider ones only while there are too many regions
SAMPLE = 4096  # pixels that a region's colour distance is taken from


def regions(old: Pixels, new: Pixels, looks: Grid) -> tuple[Region, ...]:
    """Areas that look different, at most 50, the weightiest first.

    Anti-aliasing speckle is no region: a change that cannot be seen is counted, not listed.

    Args:
        old, new: Of one size.
        looks: `score.see` of the two.
    """
    found: list[tuple[float, Window]] = []
    for reach in REACHES:
        found = list(_areas(looks, reach))
        if len(found) <= MOST:
            break
    found.sort(key=lambda item: (-item[0], item[1].top, item[1].left))
    tight = [_tight(old, new, area.inside(*old.shape[:2])) for _, area in found[:MOST]]
    return tuple(
        Region(Box(each.left, each.top, each.width, each.height), count_changed(old, new, [each]))
        for each in tight
    )


def _areas(looks: Grid, reach: int) -> Iterator[tuple[float, Window]]:
    """Connected cells as (weight, pixels), which may reach over the edge."""
    seen = (looks >= SEEN).astype(np.uint8)
    if not seen.any():
        return
    faintly = (looks >= FAINTLY_RATIO * SEEN).astype(np.uint8)
    seen = np.asarray(cv2.dilate(seen, np.ones((3, 3), dtype=np.uint8)), dtype=np.uint8) & faintly
    size = 2 * reach + 1
    joined = cv2.morphologyEx(
        cv2.copyMakeBorder(seen, reach, reach, reach, reach, cv2.BORDER_CONSTANT),
        cv2.MORPH_CLOSE,
        np.ones((size, size), dtype=np.uint8),
    )[reach:-reach, reach:-reach]
    count, labels = cv2.connectedComponents(np.maximum(joined, seen).astype(np.uint8), connectivity=8)
    ys, xs = np.nonzero(seen)
    at = labels[ys, xs]
    weights = np.bincount(at, weights=looks[ys, xs], minlength=count)
    for number in np.unique(at):
        own = at == number
        top, left = int(ys[own].min()), int(xs[own].min())
        bottom, right = int(ys[own].max()) + 1, int(xs[own].max()) + 1
        yield float(weights[number]), Window(top * CELL, bottom * CELL, left * CELL, right * CELL)


def described(old: Pixels, new: Pixels, found: Sequence[Region]) -> tuple[Region, ...]:
    """The regions with their kinds and colour distances; what a person reads, and no verdict needs.

    Args:
        old, new: Of one size; boxes are in their coordinates.
    """
    return tuple(_coloured(old, new, region) for region in kinds(old, new, found))


def _coloured(old: Pixels, new: Pixels, region: Region) -> Region:
    box = region.box
    part = np.s_[box.y : box.y + box.height, box.x : box.x + box.width]
    step = _step(old[part], new[part])
    at = np.flatnonzero(step > min(UNSEEN, int(step.max()) - 1))
    ys, xs = np.divmod(at[:: max(1, len(at) // SAMPLE)], step.shape[1])
    far = ciede2000(old[part][ys, xs], new[part][ys, xs])
    return replace(region, colour_mean=round(float(far.mean()), 2), colour_max=round(float(far.max()), 2))


def _step(old: Pixels, new: Pixels) -> npt.NDArray[np.uint8]:
    """By how many levels each pixel differs at most; NumPy takes ten times as long over three channels."""
    red, green, blue = cv2.split(cv2.absdiff(old, new))
    return np.asarray(cv2.max(cv2.max(red, green), blue), dtype=np.uint8)


def _tight(old: Pixels, new: Pixels, area: Window) -> Window:
    """The cells' rectangle, shrunk to the pixels that changed enough to be seen, or at all."""
    return _extent(old, new, area, UNSEEN) or _extent(old, new, area, 0) or area


def _extent(old: Pixels, new: Pixels, area: Window, by_more_than: int) -> Window | None:
    """The smallest rectangle round the pixels of which a channel differs by more than so many levels."""
    changed = [
        cv2.inRange(cv2.absdiff(cut(old, strip), cut(new, strip)), (0, 0, 0), (by_more_than,) * 3) == 0
        for strip in area.strips(CACHED_ROWS)
    ]
    ys = np.flatnonzero(np.concatenate([part.any(axis=1) for part in changed]))
    if not ys.size:
        return None
    xs = np.flatnonzero(np.any([part.any(axis=0) for part in changed], axis=0))
    return Window(
        area.top + int(ys[0]), area.top + int(ys[-1]) + 1, area.left + int(xs[0]), area.left + int(xs[-1]) + 1
    )
