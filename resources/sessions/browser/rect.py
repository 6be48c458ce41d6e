"""A rectangle of a page."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from inspect_pipelines.domain.box import Box


@dataclass(frozen=True, slots=True)
class Rect:
    """CSS px of the page, fractions kept."""

    x: float
    y: float
    width: float
    height: float

    def in_picture(self, region: Rect, scale: float) -> Box | None:
        """The image px it covers in a picture of a region, rounded outwards; None when it lies outside."""
        left = max(0, math.floor((self.x - region.x) * scale))
        top = max(0, math.floor((self.y - region.y) * scale))
        right = min(math.ceil((self.x + self.width - region.x) * scale), math.ceil(region.width * scale))
        bottom = min(math.ceil((self.y + self.height - region.y) * scale), math.ceil(region.height * scale))
        return Box(left, top, right - left, bottom - top) if right > left and bottom > top else None

    def within(self, other: Rect) -> Rect | None:
        """What both share; None when that is nothing."""
        left, top = max(self.x, other.x), max(self.y, other.y)
        right = min(self.x + self.width, other.x + other.width)
        bottom = min(self.y + self.height, other.y + other.height)
        return Rect(left, top, right - left, bottom - top) if right > left and bottom > top else None

    def grown(self, by: float) -> Rect:
        """Larger by so much on each side."""
        return Rect(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    @staticmethod
    def around(points: Iterable[tuple[float, float]]) -> Rect:
        """The smallest upright one around points."""
        xs, ys = zip(*points, strict=True)
        return Rect(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
