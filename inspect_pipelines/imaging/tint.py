"""Tint: another colour of a text or an icon, seen over all of its letters together.

A displacement moves colours about: over the whole of what was drawn anew it makes none and takes none. At a single place
that is no help, since ink comes in and goes out, and other smoothing lays coloured fringes round every letter; so a place
forgives a text what it would never forgive a button. Over a whole word or line all that cancels out, and what is left is the
ink's own: its mean colour may come nearer to the ground or farther from it, as it does when other smoothing makes letters
bolder, but it leaves the line between ground and ink only when the ink is another one.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inspect_pipelines.imaging.cells import CELL, Grid
from inspect_pipelines.imaging.colour import distance
from inspect_pipelines.imaging.picture import Pixels

LEAST = 1.25  # of the mean colour, as a colour distance; the corpus' harmless pairs stay below 1.12, recoloured text above 1.5
FEWEST = 4  # cells; the mean of fewer is too rough
SAME_GROUND = 3  # levels
ONE_INK = 0.05  # of the variance round the ground; text and icons of one colour have nearly all of it along one line
PEAK = 99.5  # percent of pixels that are no nearer to the ink's own colour than its nearest
MOST_LIFT = 3.0
SAMPLE = 20_000  # pixels that a thing's ink is taken from

Means = npt.NDArray[np.float32]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ink:
    """What one picture shows where a thing is: one colour on an even ground.

    Attributes:
        ground: The colour of most pixels, 0 .. 255.
        direction: From the ground to the ink, of length 1.
        lift: By how much the root mean square of the ink's share in each pixel is higher than its mean: 1 for an
            area, 2 to 3 for letters.
    """

    ground: Values
    direction: Values
    lift: float


def tints(part_old: Pixels, part_new: Pixels, differs: npt.NDArray[np.bool_], old: Means, new: Means) -> Grid:
    """How much another colour each cell's thing has, as the root mean square over its pixels, 0.0 .. 1.0.

    Args:
        part_old, part_new: What is looked at, of one size.
        differs: Cells that differ; connected ones are one thing.
        old, new: The mean colours of all cells, (cells, 3).
    """
    found: Grid = np.zeros(differs.shape, dtype=np.float32)
    count, marks, boxes, _ = cv2.connectedComponentsWithStats(differs.astype(np.uint8), connectivity=8)
    labels = np.asarray(marks, dtype=np.int32)
    cells = boxes[:, cv2.CC_STAT_AREA]
    before, after = (_by_thing(means, labels, count) for means in (old, new))
    asked = (cells >= FEWEST) & (distance(before, after) >= LEAST)
    asked[0] = False  # what is equal
    for thing in np.flatnonzero(asked):
        left, top, width, height, _ = (int(each) for each in boxes[thing])
        shape = labels[top : top + height, left : left + width] == thing
        inks = [_ink(part, shape, left * CELL, top * CELL) for part in (part_old, part_new)]
        found[labels == thing] = _tint(inks[0], inks[1], before[thing], after[thing])
    return found


def _by_thing(means: Means, labels: npt.NDArray[np.int32], count: int) -> Values:
    """The mean colour of each thing, (things, 3)."""
    flat = labels.ravel()
    cells = np.maximum(np.bincount(flat, minlength=count), 1)
    channels = [np.bincount(flat, weights=means.reshape(-1, 3)[:, i], minlength=count) for i in range(3)]
    return np.stack(channels, axis=1) / cells[:, None]


def _ink(part: Pixels, shape: npt.NDArray[np.bool_], left: int, top: int) -> Ink | None:
    """The ink of the cells that are set; None when there is more than one, or none."""
    area = part[top : top + shape.shape[0] * CELL, left : left + shape.shape[1] * CELL]
    inside = np.kron(shape, np.ones((CELL, CELL), dtype=bool))[: area.shape[0], : area.shape[1]]
    every = max(1, int(np.sqrt(inside.sum() / SAMPLE)))
    pixels = area[::every, ::every][inside[::every, ::every]].astype(np.float64)
    ground = np.median(pixels, axis=0)
    apart = pixels - ground
    spread, directions = np.linalg.eigh(apart.T @ apart)
    if spread[2] <= 0 or spread[0] + spread[1] > ONE_INK * spread[2]:
        return None
    shares = np.abs(apart @ directions[:, 2])
    shares = np.minimum(shares / max(float(np.percentile(shares, PEAK)), 1.0), 1.0)
    lifted = float(np.sqrt(np.mean(shares**2)) / np.mean(shares))
    return Ink(ground, directions[:, 2], min(lifted, MOST_LIFT))


def _tint(one: Ink | None, other: Ink | None, old: Values, new: Values) -> float:
    if one is None or other is None or np.abs(one.ground - other.ground).max() > SAME_GROUND:
        return 0.0
    step = new - old
    off = min((step - (step @ ink.direction) * ink.direction for ink in (one, other)), key=np.linalg.norm)
    middle = (old + new) / 2
    far = float(distance((middle - off / 2)[None], (middle + off / 2)[None])[0])
    return 0.0 if far < LEAST else min(far / 100 * (one.lift + other.lift) / 2, 1.0)
