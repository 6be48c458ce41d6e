"""Masks: where they are on a page, and painting them over in a picture before it is stored."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Error, Frame, Page

from inspect_pipelines.domain.playbook import Box, Target
from resources.sessions.browser.navigation import origin_of
from resources.sessions.browser.scripts import MASK_BOXES
from resources.sessions.browser.targets import locate

COLOUR = (136, 136, 136)
PROBE_MS = 1000


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


@dataclass
class Secrets:
    """What must never be seen: the values, the fields they were filled into, and the sites that got them."""

    values: tuple[str, ...]
    fields: list[Target] = field(default_factory=list)
    origins: set[str] = field(default_factory=set)

    def were_filled(self, target: Target, url: str) -> None:
        if target not in self.fields:
            self.fields.append(target)
        self.given_to(url)

    def given_to(self, url: str) -> None:
        self.origins.add(origin_of(url))

    def known_to(self, url: str) -> list[str]:
        """The values that may be looked for in a page: only where they have been typed in, so that no site learns one."""
        return list(self.values) if origin_of(url) in self.origins else []


@dataclass(frozen=True, slots=True)
class Masks:
    """Where masks are at one moment, in CSS px of the page."""

    by_selector: dict[str, tuple[Rect, ...]] = field(default_factory=dict)
    unmatched: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()
    secret: tuple[Rect, ...] = ()


def look(page: Page, selectors: Sequence[str], secrets: Secrets, scroll: tuple[float, float]) -> Masks:
    """Find all masks now, in all frames; costs nothing when there are none."""
    if not selectors and not secrets.fields and not secrets.origins:
        return Masks()
    rects: dict[str, list[Rect]] = {selector: [] for selector in selectors}
    counts = dict.fromkeys(selectors, 0)
    invalid: set[str] = set()
    secret: list[Rect] = []
    for frame in page.frames:
        offset = _offset(frame, scroll)
        if offset is None:
            continue
        asked = {"selectors": list(selectors), "secrets": secrets.known_to(frame.url)}
        try:
            answer: dict[str, Any] = frame.evaluate(MASK_BOXES, asked)
        except Error:
            if frame.parent_frame is None:
                raise
            continue  # a frame that went away meanwhile
        secret += _rects(answer.pop("")[1], offset)
        for selector, found in answer.items():
            if found is None:
                invalid.add(selector)
                continue
            counts[selector] += found[0]
            rects[selector] += _rects(found[1], offset)
    secret += _fields(page, secrets, scroll)
    unmatched = tuple(selector for selector, count in counts.items() if not count and selector not in invalid)
    return Masks(
        {selector: tuple(found) for selector, found in rects.items() if selector not in invalid},
        unmatched,
        tuple(invalid),
        tuple(secret),
    )


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


def _fields(page: Page, secrets: Secrets, scroll: tuple[float, float]) -> list[Rect]:
    """The fields that a secret was filled into, wherever they are on this page."""
    found = []
    for target in secrets.fields:
        try:
            for each in locate(page, target).all():
                if box := each.bounding_box(timeout=PROBE_MS):
                    found.append(
                        Rect(box["x"] + scroll[0], box["y"] + scroll[1], box["width"], box["height"])
                    )
        except Error:
            page.title()  # raises again when the page itself is gone
    return found


def _offset(frame: Frame, scroll: tuple[float, float]) -> tuple[float, float] | None:
    """Where a frame's window begins on the page; None when it is not shown."""
    if frame.parent_frame is None:
        return scroll
    try:
        element = frame.frame_element()
        box = element.bounding_box()
        inset = element.evaluate("e => [e.clientLeft, e.clientTop]")
    except Error:
        return None
    return None if box is None else (box["x"] + inset[0] + scroll[0], box["y"] + inset[1] + scroll[1])


def _rects(boxes: list[list[float]], offset: tuple[float, float]) -> list[Rect]:
    return [Rect(x + offset[0], y + offset[1], width, height) for x, y, width, height in boxes]
