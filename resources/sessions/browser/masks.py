"""Masks: where they are, and painting them over in a picture before it is stored."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image, ImageDraw

from inspect_pipelines.domain.box import Box
from resources.sessions.browser.rect import Rect

COLOUR = (136, 136, 136)


@dataclass(frozen=True, slots=True)
class Masks:
    """Where masks are at one moment, in CSS px of the page.

    Attributes:
        parts: Pieces of a secret that the page has split.
        painted: Kinds of elements that paint themselves, on a page that a secret was filled into: no text is found in them.
    """

    by_selector: dict[str, tuple[Rect, ...]] = field(default_factory=dict)
    unmatched: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()
    secret: tuple[Rect, ...] = ()
    parts: frozenset[str] = frozenset()
    painted: frozenset[str] = frozenset()


def painted(png: bytes, boxes: Sequence[Box]) -> bytes:
    """The picture with all boxes in one neutral colour; what was there is nowhere in the bytes."""
    if not boxes:
        return png
    image = cover(Image.open(BytesIO(png)).convert("RGB"), boxes)
    buffer = BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def cover(image: Image.Image, boxes: Sequence[Box]) -> Image.Image:
    draw = ImageDraw.Draw(image)
    for box in boxes:
        draw.rectangle((box.x, box.y, box.x + box.width - 1, box.y + box.height - 1), fill=COLOUR)
    return image


def covered_ratio(boxes: Sequence[Box], width: int, height: int) -> float:
    """Share of a picture that boxes cover, overlaps once; to a 256th of a side."""
    small = Image.new("L", (256, 256))
    draw = ImageDraw.Draw(small)
    for box in boxes:
        left, top = box.x * 256 // width, box.y * 256 // height
        right = math.ceil((box.x + box.width) * 256 / width) - 1
        bottom = math.ceil((box.y + box.height) * 256 / height) - 1
        draw.rectangle((left, top, right, bottom), fill=255)
    return small.histogram()[255] / (256 * 256)
