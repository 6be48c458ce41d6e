"""Windows: the rectangles in which two pictures differ, so that nothing else is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inspect_pipelines.imaging.picture import Pixels

GAP = 24  # px of equal rows or columns that part two windows
CACHED_ROWS = 64  # rows of both pictures that stay in a processor's cache from one step to the next

Rows = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Window:
    """Pixels (top .. bottom - 1, left .. right - 1)."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    def on_grid(self, step: int, margin: int, height: int, width: int) -> Window:
        """Grown by a margin and to whole steps, inside a picture of this size."""
        return Window(
            max(self.top - margin, 0) // step * step,
            min(-(-(self.bottom + margin) // step) * step, height),
            max(self.left - margin, 0) // step * step,
            min(-(-(self.right + margin) // step) * step, width),
        )

    def inside(self, height: int, width: int) -> Window:
        """What of it lies in a picture of this size."""
        return Window(max(self.top, 0), min(self.bottom, height), max(self.left, 0), min(self.right, width))

    def strips(self, height: int) -> Iterator[Window]:
        """The same from the top in strips of at most this height."""
        for top in range(self.top, self.bottom, height):
            yield Window(top, min(top + height, self.bottom), self.left, self.right)

    def within(self, other: Window) -> Window:
        """The same in the other's coordinates."""
        return Window(
            self.top - other.top, self.bottom - other.top, self.left - other.left, self.right - other.left
        )

    def cells(self, step: int) -> tuple[slice, slice]:
        """Rows and columns of the grid that this covers."""
        return (
            slice(self.top // step, -(-self.bottom // step)),
            slice(self.left // step, -(-self.right // step)),
        )


def cut(picture: Pixels, window: Window) -> Pixels:
    """That part of a picture, in one piece of memory; where it reaches over the edge, the edge goes on."""
    height, width = picture.shape[:2]
    part = picture[
        max(window.top, 0) : min(window.bottom, height), max(window.left, 0) : min(window.right, width)
    ]
    above, left = max(-window.top, 0), max(-window.left, 0)
    below, right = max(window.bottom - height, 0), max(window.right - width, 0)
    if above or below or left or right:
        grown: Pixels = cv2.copyMakeBorder(part, above, below, left, right, cv2.BORDER_REPLICATE)  # type: ignore[assignment]
        return grown
    return np.ascontiguousarray(part)


def differing_rows(old: Pixels, new: Pixels) -> Rows:
    """Whether each row differs, of two pictures of one size; compared in the widest words that fit a row."""
    length = old.shape[1] * old.shape[2]
    word = next(size for size in (8, 4, 2, 1) if length % size == 0)
    as_words = f"u{word}"
    flat_old = np.ascontiguousarray(old).reshape(len(old), length).view(as_words)
    flat_new = np.ascontiguousarray(new).reshape(len(new), length).view(as_words)
    found: Rows = (flat_old != flat_new).any(axis=1)
    return found


def windows(old: Pixels, new: Pixels, rows: Rows) -> list[Window]:
    """Rectangles that hold every differing pixel, split where nothing differs for a while."""
    found = []
    for top, bottom in runs(np.flatnonzero(rows), GAP):
        whole = Window(top, bottom, 0, old.shape[1])
        columns = np.zeros(old.shape[1] * old.shape[2], dtype=np.uint8)
        for strip in whole.strips(CACHED_ROWS):
            step = cv2.absdiff(cut(old, strip), cut(new, strip))
            np.maximum(columns, cv2.reduce(step.reshape(strip.height, -1), 0, cv2.REDUCE_MAX)[0], out=columns)
            if columns.all():
                break
        across = runs(np.flatnonzero(columns.reshape(old.shape[1], -1).any(axis=1)), GAP)
        for left, right in across:
            own = (
                rows[top:bottom]
                if len(across) == 1
                else _differing(old, new, Window(top, bottom, left, right))
            )
            at = np.flatnonzero(own)
            found.append(Window(top + int(at[0]), top + int(at[-1]) + 1, left, right))
    return found


def count_changed(old: Pixels, new: Pixels, found: list[Window], *, by_more_than: int = 0) -> int:
    """Pixels of which a channel differs by more than so many levels."""
    total = 0
    upto = (by_more_than,) * 3
    for window in found:
        for strip in window.strips(CACHED_ROWS):
            step = cv2.absdiff(cut(old, strip), cut(new, strip))
            total += strip.height * strip.width - cv2.countNonZero(cv2.inRange(step, (0, 0, 0), upto))
    return total


def _differing(old: Pixels, new: Pixels, window: Window) -> Rows:
    found: Rows = (cut(old, window) != cut(new, window)).reshape(window.height, -1).any(axis=1)
    return found


def runs(at: npt.NDArray[np.intp], gap: int) -> list[tuple[int, int]]:
    """Stretches of ascending positions, as (first, last + 1), parted where at least so many are missing."""
    if not at.size:
        return []
    groups = np.split(at, np.flatnonzero(np.diff(at) > gap) + 1)
    return [(int(group[0]), int(group[-1]) + 1) for group in groups]
