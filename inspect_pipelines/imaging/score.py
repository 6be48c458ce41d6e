"""The score: how different the worst place of two pictures looks, the same number on a phone screen and on a tall page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image
from skimage.metrics import structural_similarity

from inspect_pipelines.imaging.picture import Pixels

SCORE_METHOD = "ssim-cell-v1"  # trends never mix methods: change the arithmetic, change the name
REDUCTION = (
    4  # each side; averages sub-pixel text rendering away, keeps letters (reference/visual-diff.md, 4)
)
WINDOW = 7  # px of the reduced picture, scikit-image's default
RADIUS = WINDOW // 2
CELL = 96 // REDUCTION  # px of the reduced picture; a global mean dilutes, one cell does not
SMALLEST = WINDOW * REDUCTION  # px; smaller pictures are grown by their edges

Map = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Window:
    """Changed rows and columns of the reduced pictures with everything that SSIM looks at round them."""

    top: int
    bottom: int
    left: int
    right: int


def dissimilarity(old: Pixels, new: Pixels) -> Map:
    """How different each place looks at a quarter of the size, shape (height, width, 2): structure and colour.

    Structure is 1 - SSIM over the colour channels, 0.0 (same) .. 2.0 (opposite). It is nearly blind to a flat area
    that changes its shade, as a page whose white turns grey; the mean colour step, 0.0 .. 1.0, sees that.
    Only changed windows are computed; elsewhere the answer is exactly 0.
    """
    small_old, small_new = _reduced(old), _reduced(new)
    found: Map = np.zeros((*small_old.shape[:2], 2))
    for window in _windows((small_old != small_new).any(axis=2)):
        # RADIUS more on each side, so that no window is cut off where the page goes on.
        top, left = max(window.top - RADIUS, 0), max(window.left - RADIUS, 0)
        rows = slice(top, window.bottom + RADIUS)
        columns = slice(left, window.right + RADIUS)
        part = _difference(small_old[rows, columns], small_new[rows, columns])
        inner = part[
            window.top - top : window.bottom - top,
            window.left - left : window.right - left,
        ]
        found[window.top : window.bottom, window.left : window.right] = inner
    return found


def worst_cell(difference: Map) -> float:
    """The worst 96 x 96 px cell by the mean of its structure or its colour, clipped to [0, 1]."""
    height, width = difference.shape[:2]
    rows, columns = np.arange(0, height, CELL), np.arange(0, width, CELL)
    sums = np.add.reduceat(np.add.reduceat(difference, rows, axis=0), columns, axis=1)
    heights = np.diff(np.append(rows, height))
    widths = np.diff(np.append(columns, width))
    # A sliver of a cell would make a small defect at the edge look large: count it as half a cell at least.
    half = min(CELL, height) * min(CELL, width) // 2
    areas = np.maximum(heights[:, None] * widths[None, :], half)
    return float(np.clip((sums / areas[..., None]).max(), 0.0, 1.0))


def _reduced(picture: Pixels) -> Pixels:
    height, width = picture.shape[:2]
    if height < SMALLEST or width < SMALLEST:
        grow = ((0, max(SMALLEST - height, 0)), (0, max(SMALLEST - width, 0)), (0, 0))
        picture = np.pad(picture, grow, mode="edge")
    return np.asarray(Image.fromarray(picture).reduce(REDUCTION))


def _windows(changed: Mask) -> list[Window]:
    """Changed rows, split where nothing changed for a while, each with its own columns, grown by the SSIM radius."""
    height, width = changed.shape
    rows = np.flatnonzero(changed.any(axis=1))
    if not rows.size:
        return []
    found = []
    for group in np.split(rows, np.flatnonzero(np.diff(rows) > 2 * WINDOW) + 1):
        columns = np.flatnonzero(changed[group[0] : group[-1] + 1].any(axis=0))
        found.append(
            Window(
                max(int(group[0]) - RADIUS, 0),
                min(int(group[-1]) + 1 + RADIUS, height),
                max(int(columns[0]) - RADIUS, 0),
                min(int(columns[-1]) + 1 + RADIUS, width),
            )
        )
    return found


def _difference(old: Pixels, new: Pixels) -> Map:
    structural: tuple[float, Map] = structural_similarity(  # type: ignore[no-untyped-call]
        old, new, win_size=WINDOW, channel_axis=-1, data_range=255, full=True
    )
    colour = np.abs(old.astype(np.float64) - new).mean(axis=2) / 255
    return np.stack((1.0 - structural[1].mean(axis=2), colour), axis=-1)
