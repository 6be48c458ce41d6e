"""The score: the visible colour difference of the worst 16 px place, the same number on a phone and on a tall page.

A difference counts where displacing the picture by a pixel cannot explain it. Text that is rasterised anew at another
sub-pixel position changes every edge by up to its own contrast, so no threshold on differences tells it from a changed
letter; but a difference below the slope of the edge that it stands on is a displacement, and one on flat ground is not.
Two measures are taken of each 16 px place, a third one of whole words and lines (see `tint`), and the highest counts:

* fine: over the pixels that stand out, the root mean square of their colour distance (1.0 is black and white), in which
  a hairline counts twice;
* coarse: the distance between the mean colours, which sees a shade, a weight, a recoloured text.

So a tolerance of 0.02 is a colour distance of 2 over a whole place, which is just noticeable (see `colour.distance`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inspect_pipelines.domain.box import Box
from inspect_pipelines.imaging.cells import (
    CELL,
    PLACE_PX,
    Grid,
    differing,
    extremes,
    grid_shape,
    means,
    place_sums,
    worst_place,
)
from inspect_pipelines.imaging.colour import distance
from inspect_pipelines.imaging.picture import Pixels
from inspect_pipelines.imaging.standing import (
    NEIGHBOURS,
    STAY,
    UNSEEN,
    Standing,
    Step,
    displaced,
    standing_out,
)
from inspect_pipelines.imaging.tint import tints
from inspect_pipelines.imaging.window import Window, cut, runs

SCORE_METHOD = "visible-place-v5"  # trends never mix methods: change the arithmetic, change the name

DRIFT = 0.6  # px of displacement that a mean colour is forgiven, by the slope between the halves of its place
OBVIOUS = 0.25  # a coarse distance that no displacement makes; such places need no closer look
SETTLED = 0.05  # a coarse distance, drift forgiven, that needs no second look: the harmless pairs stay below half of it
NEAR = np.ones((5, 5), dtype=np.uint8)  # cells round a settled one that belong to its change
DOUBTFUL = 0.01  # half the default tolerance: what stays below it needs no second look
FULL_CONTRAST = 160  # levels; a letter in grey counts like one in black, up to twice as much
MOST_GAIN = 2.0
FLAT = 30  # levels; on flat ground there is no contrast to make up for
MANY = 64  # cells; fewer are looked at whatever they are, for the score of a small area lies in its edges too
APART = 6  # cells without doubt that part two strips; their edges are looked at twice
STRIP = 16 * CELL  # px; rows that fit a processor's cache

# Half a pixel and a whole one to each of eight sides, four on either picture, so that the answer is the same both ways.
HALF_STEPS = ((1, 0), (0, 1), (1, 1), (1, -1))
WHOLE_STEPS = ((2, 0), (0, 2), (2, 2), (2, -2))

Means = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sight:
    """What can be seen between two pictures of one size."""

    score: float  # 0.0 .. 1.0
    looks: Grid  # how different each cell looks, 0.0 .. 1.0
    visible_pixels: int


def see(old: Pixels, new: Pixels, windows: Iterable[Window], reworded: Iterable[Box] = ()) -> Sight:
    """How different two pictures look.

    Args:
        old, new: Of one size.
        windows: Hold every differing pixel; nothing else is looked at.
        reworded: Where the page itself says another text, so that no displacement excuses what differs.
    """
    shape = grid_shape(*old.shape[:2])
    strict = np.zeros(shape, dtype=bool)
    for box in reworded:
        part = Window(box.y, box.y + box.height, box.x, box.x + box.width).inside(*old.shape[:2])
        strict[part.cells(CELL)] = True
    looks: Grid = np.zeros(shape, dtype=np.float32)
    visible = 0
    score = 0.0
    for window in windows:
        whole = window.on_grid(CELL, 2 * CELL, *old.shape[:2])
        if cv2.norm(cut(old, whole), cut(new, whole), cv2.NORM_INF) <= UNSEEN:
            continue
        at = whole.cells(CELL)
        look = _Look(old, new, whole, strict[at])
        looks[at] = np.maximum(looks[at], look.cells())
        visible += look.visible_pixels()
        score = max(score, float(look.places().max()), float(look.tints.max()))
    return Sight(min(score, 1.0), np.minimum(looks, 1.0), visible)


class _Look:
    """One window under the glass: what each cell is, under the displacement that suits it best."""

    def __init__(self, old: Pixels, new: Pixels, window: Window, strict: npt.NDArray[np.bool_]) -> None:
        self._old, self._new, self._window = old, new, window
        self._strict = strict
        self._shape = grid_shape(window.height, window.width)
        self._energy: Grid = np.zeros(self._shape, dtype=np.float32)
        self._gain: Grid = np.ones(self._shape, dtype=np.float32)
        self._counts: npt.NDArray[np.int32] = np.zeros(self._shape, dtype=np.int32)
        self._differs = np.zeros(self._shape, dtype=bool)  # cells with a pixel that differs enough to be seen
        self._obvious_pixels = 0
        self._open = np.zeros(self._shape, dtype=bool)  # cells that a second look may still explain
        before, after = means(cut(old, window)), means(cut(new, window))
        self._mean_step = distance(before, after).reshape(self._shape) / 100
        self._coarse = _coarse(before, after)
        for strip in window.strips(STRIP):
            self._look(strip)
        for strip in list(self._doubtful_strips()):
            self._forgive_drift(strip)
        settled = (self._coarse >= SETTLED).astype(np.uint8)
        self._open &= (cv2.dilate(settled, NEAR) == 0) & ~strict
        for steps in (HALF_STEPS, WHOLE_STEPS):
            for strip in list(self._doubtful_strips()):
                self._look_again(strip, steps)
        self.tints = tints(cut(old, window), cut(new, window), self._differs, before, after)

    def places(self) -> Grid:
        """How different each place looks."""
        fine = np.sqrt(place_sums(self._energy * self._gain**2) / PLACE_PX)
        return np.maximum(fine, self._coarse)

    def cells(self) -> Grid:
        """How different each cell looks: by itself, or as a part of a place whose mean colour changed."""
        fine = np.sqrt(self._energy / CELL**2) * self._gain
        looks = np.maximum(fine, np.minimum(worst_place(self._coarse), self._mean_step))
        looks = np.maximum(looks, self.tints)
        return np.where(self._differs, looks, 0)  # softening carries a difference over into the next cell

    def visible_pixels(self) -> int:
        """Pixels that stand out; of what is obvious all that differ."""
        return int(self._counts.sum()) + self._obvious_pixels

    def _look(self, strip: Window) -> None:
        at = strip.within(self._window).cells(CELL)
        self._differs[at], count = differing(
            cut(self._old, strip), cut(self._new, strip), by_more_than=UNSEEN
        )
        differs, obvious = self._coarse[at] > DOUBTFUL, self._coarse[at] >= OBVIOUS
        if obvious.sum() > max(differs.sum() / 2, MANY):  # a dark theme: nothing that edges could add
            self._obvious_pixels += count
            return
        self._open[at] = True
        strict = self._strict[at] if self._strict[at].any() else None
        found = standing_out(self._old, self._new, strip, strict=strict)
        self._energy[at], self._counts[at] = found.energy, found.counts
        if found.energy.any():
            self._gain[at] = _gain(found)

    def _forgive_drift(self, strip: Window) -> None:
        """Lower the coarse distances to what no displacement explains, but not of places that the strip cuts through."""
        at = strip.within(self._window).cells(CELL)
        other = _unexplained(self._old, self._new, strip)
        height, width = self._old.shape[:2]
        if strip.bottom < height:
            other[-1] = np.inf
        if strip.right < width:
            other[:, -1] = np.inf
        coarse = self._coarse[at]
        np.minimum(coarse, other, out=coarse)

    def _look_again(self, strip: Window, steps: Iterable[Step]) -> None:
        at = strip.within(self._window).cells(CELL)
        energy, counts, asked = self._energy[at], self._counts[at], self._open[at]
        for step in steps:
            for old_step, new_step in ((STAY, step), (step, STAY)):
                found = standing_out(self._old, self._new, strip, old_step, new_step, asked)
                better = (found.energy < energy) & asked
                energy[better], counts[better] = found.energy[better], found.counts[better]

    def _doubtful_strips(self) -> Iterator[Window]:
        """Strips that hold every place in doubt with its neighbours, each as narrow as it may be."""
        window, step = self._window, STRIP // CELL
        doubtful = (self.places() > DOUBTFUL) & (self._coarse < OBVIOUS) & self._open
        for first in range(0, self._shape[0], step):
            columns = np.flatnonzero(doubtful[first : first + step].any(axis=0))
            for left, right in runs(columns, APART):
                ys = np.flatnonzero(doubtful[first : first + step, left:right].any(axis=1))
                # A place holds the next cell too, and the cell after that completes its neighbour.
                yield Window(
                    window.top + max(first + int(ys[0]) - 1, 0) * CELL,
                    min(window.top + (first + int(ys[-1]) + 3) * CELL, window.bottom),
                    window.left + max(left - 1, 0) * CELL,
                    min(window.left + (right + 2) * CELL, window.right),
                )


def _coarse(old: Means, new: Means) -> Grid:
    """The distance between the mean colours of each place, less what a displacement of DRIFT makes of them."""
    before, old_slope = _place_means(old)
    after, new_slope = _place_means(new)
    step = after - before
    forgiven = DRIFT * np.maximum(old_slope, new_slope)
    step = np.sign(step) * np.maximum(np.abs(step) - forgiven, 0) / 2
    middle = (before + after) / 2
    return distance(middle - step, middle + step).reshape(before.shape[:2]) / np.float32(100)


def _unexplained(old: Pixels, new: Pixels, strip: Window) -> Grid:
    """The distance between the mean colours of each place that displacing both by half a pixel cannot close."""
    old_low, old_high = _reach(old, strip)
    new_low, new_high = _reach(new, strip)
    step = np.maximum(new_low - old_high, 0) - np.maximum(old_low - new_high, 0)
    middle = (old_low + old_high + new_low + new_high) / 4
    far = distance(middle - step / 2, middle + step / 2).reshape(step.shape[:2]) / 100
    return np.asarray(far, dtype=np.float32)


def _reach(picture: Pixels, strip: Window) -> tuple[Means, Means]:
    """The lowest and the highest mean colour of each place, displaced by up to half a pixel both ways."""
    here = _places(means(cut(picture, strip)))
    low, high = here.copy(), here.copy()
    for one, other in (((2, 0), (-2, 0)), ((0, 2), (0, -2))):
        moved = [(_places(means(displaced(picture, strip, step))) - here) / 2 for step in (one, other)]
        low += np.minimum(np.minimum(*moved), 0)
        high += np.maximum(np.maximum(*moved), 0)
    return low, high


def _places(cells: Means) -> Means:
    grown = cv2.copyMakeBorder(cells, 0, 1, 0, 1, cv2.BORDER_REPLICATE)
    return np.asarray(
        (grown[:-1, :-1] + grown[:-1, 1:] + grown[1:, :-1] + grown[1:, 1:]) / 4, dtype=np.float32
    )


def _place_means(cells: Means) -> tuple[Means, Means]:
    """The mean colour of each place, and its slope in levels a pixel."""
    grown = cv2.copyMakeBorder(cells, 0, 1, 0, 1, cv2.BORDER_REPLICATE)
    a, b, c, d = grown[:-1, :-1], grown[:-1, 1:], grown[1:, :-1], grown[1:, 1:]
    across, down = np.abs(b + d - a - c), np.abs(c + d - a - b)
    slope: Means = np.maximum(across, down) / np.float32(2 * CELL)
    return _places(cells), slope


def _gain(found: Standing) -> Grid:
    """What a cell's energy is raised by, so that grey text counts like black text."""
    old, new = _contrast(found.old), _contrast(found.new)
    contrast = np.minimum(old, new)
    gain = np.clip(FULL_CONTRAST / np.maximum(contrast, 1), 1, MOST_GAIN)
    return np.where(contrast > FLAT, gain, 1).astype(np.float32)


def _contrast(picture: Pixels) -> Grid:
    """The range of levels in each cell and its neighbours."""
    low, high = extremes(picture)
    spread = cv2.subtract(cv2.dilate(high, NEIGHBOURS), cv2.erode(low, NEIGHBOURS))
    return spread.astype(np.float32)
