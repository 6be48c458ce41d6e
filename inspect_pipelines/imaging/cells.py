"""Cells: a picture's grid of 8 x 8 px squares, and the 16 px places that four of them make."""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from inspect_pipelines.imaging.picture import Pixels

CELL = 8  # px; fine enough for a letter, coarse enough to label an 8000 px page in a millisecond
PLACE_PX = (2 * CELL) ** 2

Grid: TypeAlias = npt.NDArray[np.float32]  # one number a cell, shape (rows of cells, columns of cells)


def grid_shape(height: int, width: int) -> tuple[int, int]:
    """Rows and columns of cells; those at the right and at the bottom may hold fewer pixels."""
    return -(-height // CELL), -(-width // CELL)


def padded(picture: Pixels) -> Pixels:
    """The picture grown by its last row and column to whole cells."""
    height, width = picture.shape[:2]
    rows, columns = grid_shape(height, width)
    below, right = rows * CELL - height, columns * CELL - width
    if not below and not right:
        return picture
    grown: Pixels = cv2.copyMakeBorder(picture, 0, below, 0, right, cv2.BORDER_REPLICATE)  # type: ignore[assignment]
    return grown


def means(picture: Pixels) -> npt.NDArray[np.float32]:
    """The mean colour of each cell, shape (rows, columns, 3), to half a level."""
    rows, columns = grid_shape(*picture.shape[:2])
    small = cv2.resize(padded(picture), (columns, rows), interpolation=cv2.INTER_AREA)
    return small.astype(np.float32)


def differing(old: Pixels, new: Pixels, *, by_more_than: int) -> tuple[npt.NDArray[np.bool_], int]:
    """Whether each cell has a pixel of which a channel differs by more than so many levels, shape (rows, columns).

    Returns:
        That, and how many pixels there are in all.
    """
    rows, columns = grid_shape(*old.shape[:2])
    equal = cv2.inRange(cv2.absdiff(old, new), (0, 0, 0), (by_more_than,) * 3)
    differs: Pixels = cv2.bitwise_not(equal)  # type: ignore[assignment]
    parts = cv2.resize(padded(differs), (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(parts) > 0, cv2.countNonZero(differs)  # one pixel of 64 is a mean of 4


def extremes(picture: Pixels) -> tuple[Pixels, Pixels]:
    """The lowest and the highest channel of each cell, shape (rows, columns)."""
    rows, columns = grid_shape(*picture.shape[:2])
    parts = padded(picture).reshape(rows, CELL, columns * CELL * 3)
    low = parts.min(axis=1).reshape(rows, columns, CELL * 3).min(axis=2)
    high = parts.max(axis=1).reshape(rows, columns, CELL * 3).max(axis=2)
    return low, high


def sums(ys: npt.NDArray[np.intp], xs: npt.NDArray[np.intp], values: Grid, shape: tuple[int, int]) -> Grid:
    """Values that stand at pixels, summed by cell."""
    index = ys // CELL * shape[1] + xs // CELL
    return np.bincount(index, weights=values, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float32)


def spread(cells: npt.NDArray[np.bool_], height: int, width: int) -> npt.NDArray[np.uint8]:
    """1 at every pixel of the cells that are set, shape (height, width)."""
    rows, columns = cells.shape
    wide = cv2.resize(cells.view(np.uint8), (columns * CELL, rows * CELL), interpolation=cv2.INTER_NEAREST)
    found: npt.NDArray[np.uint8] = wide[:height, :width]  # type: ignore[assignment]
    return found


def place_sums(cells: Grid) -> Grid:
    """Sums over 2 x 2 cells: place (i, j) holds the cells (i .. i + 1, j .. j + 1); the last ones are short."""
    grown = cv2.copyMakeBorder(cells, 0, 1, 0, 1, cv2.BORDER_CONSTANT, value=0)
    return grown[:-1, :-1] + grown[1:, :-1] + grown[:-1, 1:] + grown[1:, 1:]


def worst_place(places: Grid) -> Grid:
    """For each cell the highest of the up to four places that hold it."""
    grown = cv2.copyMakeBorder(places, 1, 0, 1, 0, cv2.BORDER_CONSTANT, value=0)
    rows = np.maximum(grown[:-1], grown[1:])
    return np.maximum(rows[:, :-1], rows[:, 1:])
