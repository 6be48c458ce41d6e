"""Furniture: what the browser adds to a page by itself, and no page can help: a blinking caret, a scrollbar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inspect_pipelines.domain.comparison import Region
from inspect_pipelines.domain.playbook import Box
from inspect_pipelines.imaging.picture import Pixels

CARET_WIDTH = 3  # px; one CSS px at a scale of up to three
CARET_HEIGHT = (8, 120)  # px; of the smallest and of a headline's font, at a scale of up to three
SCROLLBAR_WIDTH = (4, 20)  # px; Chromium's classic one has 15, its thin one 11, the overlay one 6
SCROLLBAR_RATIO = 0.25  # of the picture's height that a thumb's way covers at least
GREY = 12  # levels between the channels of a scrollbar's colours
EVEN = 6  # levels across a caret, or along a scrollbar's row between its rims


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of furniture."""

    name: str
    box: Box

    def __str__(self) -> str:
        return f"{self.name} at x={self.box.x}, y={self.box.y}"


def furniture(old: Pixels, new: Pixels, regions: Sequence[Region]) -> tuple[Piece, ...]:
    """Those regions that are nothing but a caret or a scrollbar.

    Args:
        old, new: Of one size; boxes are in their coordinates.
    """
    found = []
    for region in regions:
        if _is_caret(old, new, region.box):
            found.append(Piece("caret", region.box))
        elif strip := _scrollbar(old, new, region.box):
            found.append(Piece("scrollbar", strip))
    return tuple(dict.fromkeys(found))


def _part(picture: Pixels, box: Box) -> Pixels:
    return picture[box.y : box.y + box.height, box.x : box.x + box.width]


def _is_caret(old: Pixels, new: Pixels, box: Box) -> bool:
    """An upright line of one even colour on one side, even ground on the other, and nothing that changed beside it."""
    if not (box.width <= CARET_WIDTH and CARET_HEIGHT[0] <= box.height <= CARET_HEIGHT[1]):
        return False
    if box.height < 5 * box.width:
        return False
    before, after = _part(old, box).astype(np.int16), _part(new, box).astype(np.int16)
    # A letter's stroke has soft ends and sides; a caret is a filled rectangle.
    return bool(np.ptp(before, axis=(0, 1)).max() <= EVEN and np.ptp(after, axis=(0, 1)).max() <= EVEN)


def _scrollbar(old: Pixels, new: Pixels, box: Box) -> Box | None:
    """The strip at the right edge, from top to bottom, when a scrollbar stands on one of its sides or on both."""
    height, width = old.shape[:2]
    strip_width = width - box.x
    if box.x + box.width < width - 2 or not SCROLLBAR_WIDTH[0] <= strip_width <= SCROLLBAR_WIDTH[1]:
        return None
    if box.height < SCROLLBAR_RATIO * height:
        return None
    strip = Box(box.x, 0, strip_width, height)
    sides = [_part(picture, strip) for picture in (old, new)]
    if not all(_is_bar_or_ground(side) for side in sides):
        return None
    return strip


def _is_bar_or_ground(side: Pixels) -> bool:
    """Grey all over, and even across its middle in nearly every row."""
    levels = side.astype(np.int16)
    grey = (np.ptp(levels, axis=2) <= GREY).mean()
    middle = levels[:, side.shape[1] // 3 : -(side.shape[1] // 3) or None]
    even = (np.ptp(middle, axis=1).max(axis=1) <= EVEN).mean()
    return bool(grey >= 0.98 and even >= 0.85)
