"""Sides: what the sentence about two pictures has to know of each of them."""

from __future__ import annotations

import numpy as np

from inspect_pipelines.domain.sentence import Sides
from inspect_pipelines.imaging.picture import Pixels

STEP = 16  # px; a page with something on it is nearly always found out by every 256th pixel


def sides(pixels: tuple[Pixels, Pixels] | None) -> Sides:
    """Sizes, and whether the page became blank; None: the pictures did not have to be opened."""
    if pixels is None:
        return Sides()
    old, new = pixels
    return Sides(_size(old), _size(new), new_is_blank=is_blank(new) and not is_blank(old))


def is_blank(picture: Pixels) -> bool:
    """Whether every pixel has the first one's colour."""
    first = picture[0, 0]
    return bool(np.all(picture[::STEP, ::STEP] == first) and np.all(picture == first))


def _size(picture: Pixels) -> tuple[int, int]:
    return int(picture.shape[1]), int(picture.shape[0])
