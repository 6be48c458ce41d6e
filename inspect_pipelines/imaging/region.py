"""Regions: connected changed areas as boxes, heaviest first, named by what stands there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from skimage.measure import label, regionprops
from skimage.morphology import dilation

from inspect_pipelines.domain.comparison import Region
from inspect_pipelines.domain.playbook import Box
from inspect_pipelines.imaging.picture import Pixels
from inspect_pipelines.imaging.score import REDUCTION, Map, Mask, worst_cell

CELL = 8  # px; fine enough for an icon, coarse enough to label an 8000 px page in a millisecond
REDUCED_CELL = CELL // REDUCTION
CLEAR = 0.20  # anti-aliasing stays under 0.12, a changed digit reaches 0.58 (measured, tests/imaging)
WEAK = 0.10  # a cell that differs this much belongs to a clear one beside it
FAINT = 0.02  # no clear cell, but a worst 96 px cell over this: a shade that changed over an area
MOST = 50
COVERS_RATIO = 0.8  # an element stands for a region when it covers this much of it


def changed_pixels(old: Pixels, new: Pixels) -> Mask:
    """Whether each pixel differs at all, by any channel."""
    found: Mask = np.zeros(old.shape[:2], dtype=bool)
    differs = old != new
    rows = np.flatnonzero(differs.reshape(len(differs), -1).any(axis=1))
    if rows.size:
        span = differs[rows[0] : rows[-1] + 1]
        found[rows[0] : rows[-1] + 1] = span[..., 0] | span[..., 1] | span[..., 2]
    return found


def regions(changed: Mask, difference: Map) -> tuple[Region, ...]:
    """Changed areas, merged when at most 16 px apart, at most 50, the ones that look most different first.

    Anti-aliasing speckle is no region: a change that cannot be seen is in the score, not in the list.

    Args:
        changed: Which pixels differ.
        difference: `score.dissimilarity` of the same pictures.
    """
    counts = _cell_counts(changed)
    looks = _cell_looks(difference, counts.shape)
    looks[counts == 0] = 0.0
    clear = CLEAR
    if not (looks >= CLEAR).any() and worst_cell(difference) > FAINT:
        clear = FAINT
    strong = looks >= min(WEAK, clear)
    labels = label(dilation(strong, np.ones((3, 3), dtype=bool)), connectivity=2)  # type: ignore[no-untyped-call]
    labels[~strong] = 0
    weighed = []
    for part in regionprops(labels, intensity_image=looks):  # type: ignore[no-untyped-call]
        if part.intensity_max < clear:
            continue
        box = _tight(changed, *part.bbox)
        inside = changed[box.y : box.y + box.height, box.x : box.x + box.width]
        weight = float(part.image_intensity.sum())
        weighed.append((-weight, box.y, box.x, Region(box, int(np.count_nonzero(inside)))))
    weighed.sort(key=lambda item: item[:3])
    return tuple(region for *_, region in weighed[:MOST])


def element_at(box: Box, elements: Sequence[tuple[str, Box]]) -> str | None:
    """The name of the smallest element that covers most of a box, else of the one that meets it best; None: none does."""
    met = [(name, at, overlap(box, at)) for name, at in elements if overlap(box, at)]
    covering = [(at.area, name) for name, at, shared in met if shared >= COVERS_RATIO * box.area]
    if covering:
        return min(covering)[1]
    # Nothing holds it all: the element of which the most is inside, weighed by how much of the box it fills.
    best = max(met, key=lambda hit: (hit[2] * hit[2] / hit[1].area, hit[0]), default=None)
    return best[0] if best else None


def overlap(a: Box, b: Box) -> int:
    """Shared pixels of two boxes."""
    width = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    height = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    return max(width, 0) * max(height, 0)


def _cell_counts(changed: Mask) -> npt.NDArray[np.uint16]:
    """Changed pixels per 8 x 8 px cell: eight booleans are one 64-bit word, so counting them is one instruction."""
    height, width = changed.shape
    padded = changed
    if width % CELL:
        padded = np.zeros((height, -(-width // CELL) * CELL), dtype=bool)
        padded[:, :width] = changed
    words = np.bitwise_count(np.ascontiguousarray(padded).view(np.uint64))
    counts: npt.NDArray[np.uint16] = np.add.reduceat(
        words, np.arange(0, height, CELL), axis=0, dtype=np.uint16
    )
    return counts


def _cell_looks(difference: Map, shape: tuple[int, ...]) -> Map:
    """The most different quarter-size pixel of each cell."""
    rows, columns = shape[0] * REDUCED_CELL, shape[1] * REDUCED_CELL
    part = difference[:rows, :columns].max(axis=2)
    padded = np.pad(part, ((0, rows - part.shape[0]), (0, columns - part.shape[1])))
    looks: Map = padded.reshape(shape[0], REDUCED_CELL, shape[1], REDUCED_CELL).max(axis=(1, 3))
    return looks


def _tight(changed: Mask, top: int, left: int, bottom: int, right: int) -> Box:
    """The cells' rectangle, shrunk to the pixels that changed."""
    y, x = top * CELL, left * CELL
    part = changed[y : bottom * CELL, x : right * CELL]
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    return Box(
        x + int(columns[0]),
        y + int(rows[0]),
        int(columns[-1] - columns[0]) + 1,
        int(rows[-1] - rows[0]) + 1,
    )
