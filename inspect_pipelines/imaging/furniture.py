"""Furniture: what the browser adds to a page by itself, and no page can help: a blinking caret, a scrollbar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inspect_pipelines.domain.comparison import Region
from inspect_pipelines.domain.playbook import Box
from inspect_pipelines.imaging.picture import Pixels
from inspect_pipelines.imaging.scrollbar import WIDEST, is_inner_scrollbar, window_scrollbar

CARET_WIDTH = 3  # px; one CSS px at a scale of up to three
CARET_HEIGHT = (8, 120)  # px; of the smallest and of a headline's font, at a scale of up to three
EVEN = 6  # levels across a caret
FREE_RATIO = 0.6  # of the ground under a caret that is one colour; a letter may touch it
BESIDE = 4  # px on both sides of a caret that tell its ground
CARET_CONTRAST = 30  # levels between a caret and its ground
MOST_AREAS = (
    16  # changed areas among which bars inside the page are looked for; more of them are a changed page
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of furniture."""

    name: str
    box: Box

    def __str__(self) -> str:
        return f"{self.name} at x={self.box.x}, y={self.box.y}"


def furniture(old: Pixels, new: Pixels, regions: Sequence[Region]) -> tuple[Piece, ...]:
    """Those regions that are nothing but a caret or a scrollbar, as the strips that hold them.

    Args:
        old, new: Of one size; boxes are in their coordinates.
    """
    boxes = [region.box for region in regions]
    found = [Piece("caret", box) for box in boxes if _is_caret(old, new, box)]
    for is_upright in (True, False):
        before, after = (old, new) if is_upright else (old.transpose(1, 0, 2), new.transpose(1, 0, 2))
        bars = _bars(before, after, [box if is_upright else _turned(box) for box in boxes])
        found += [Piece("scrollbar", bar if is_upright else _turned(bar)) for bar in bars]
    return tuple(dict.fromkeys(found))


def _bars(old: Pixels, new: Pixels, boxes: Sequence[Box]) -> list[Box]:
    """The upright scrollbars among what changed."""
    bars = [box for box in boxes if is_inner_scrollbar(old, new, box)]
    at_edge = any(box.x >= old.shape[1] - WIDEST for box in boxes)
    if at_edge and (bar := window_scrollbar(old, new)):
        bars.append(bar)
    return bars


def _turned(box: Box) -> Box:
    return Box(box.y, box.x, box.height, box.width)


def _is_caret(old: Pixels, new: Pixels, box: Box) -> bool:
    """An upright line of one even colour on one side, its ground on the other, and nothing that changed beside it."""
    if not (box.width <= CARET_WIDTH and CARET_HEIGHT[0] <= box.height <= CARET_HEIGHT[1]):
        return False
    if box.height < 5 * box.width:
        return False
    rows = slice(box.y, box.y + box.height)
    around = [
        new[rows, box.x + box.width : box.x + box.width + BESIDE],
        new[rows, max(box.x - BESIDE, 0) : box.x],
    ]
    colour = np.median(np.concatenate(around, axis=1).reshape(-1, 3), axis=0)
    sides = [side[rows, box.x : box.x + box.width] for side in (old, new)]
    return any(_is_line(line, colour) and _is_ground(ground, colour) for ground, line in (sides, sides[::-1]))


def _is_line(part: Pixels, ground: npt.NDArray[np.float64]) -> bool:
    """Whether it is a filled rectangle; a letter's stroke has soft ends and sides."""
    levels = part.reshape(-1, 3).astype(np.int16)
    contrast = np.abs(np.median(levels, axis=0) - ground).max()
    return bool(np.ptp(levels, axis=0).max() <= EVEN and contrast >= CARET_CONTRAST)


def _is_ground(part: Pixels, ground: npt.NDArray[np.float64]) -> bool:
    free = (np.abs(part.astype(np.int16) - ground) <= EVEN).all(axis=2)
    return float(free.mean()) >= FREE_RATIO
