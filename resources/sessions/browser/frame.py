"""A frame: what one look through the camera gave, before it is known to stand still."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageChops

from inspect_pipelines.domain.box import Box
from resources.sessions.browser.masks import Masks, cover
from resources.sessions.browser.rect import Rect

APART_PX = 32  # image px between two places that change by themselves


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a region, with what masks covered at that moment."""

    png: bytes
    region: Rect
    scale: float  # image px per CSS px
    masks: Masks
    boxes: tuple[Box, ...]

    def place(self, rect: Rect) -> Box | None:
        """Where a part of the page is in the picture; None when it is not in it."""
        return rect.in_picture(self.region, self.scale)

    def equals(self, other: Frame) -> bool:
        """Whether both look the same once painted; what moves under a mask does not count."""
        if self.region != other.region or self.boxes != other.boxes:
            return False
        return self.png == other.png or self.changed(other) is None

    def changed_places(self, other: Frame) -> list[tuple[int, int, int, int]]:
        """Left, top, right and bottom, in image px, of each part that differs where both have something, from the top.

        A clock in the header and another in the footer are two: round both there is nothing but the page.
        """
        boxes = (*self.boxes, *other.boxes)  # a mask that moves is none of the page's places
        images = [cover(Image.open(BytesIO(each.png)).convert("RGB"), boxes) for each in (self, other)]
        width, height = (min(sides) for sides in zip(*(image.size for image in images), strict=True))
        difference = ImageChops.difference(*(image.crop((0, 0, width, height)) for image in images))
        places: list[tuple[int, int, int, int]] = []
        for top in range(0, height, APART_PX):
            found = difference.crop((0, top, width, min(top + APART_PX, height))).getbbox()
            if found is None:
                continue
            place = (found[0], found[1] + top, found[2], found[3] + top)
            if places and place[1] - places[-1][3] < APART_PX:
                last = places.pop()
                place = (min(last[0], place[0]), last[1], max(last[2], place[2]), place[3])
            places.append(place)
        return places

    def changed(self, other: Frame) -> tuple[int, int, int, int] | None:
        """Left, top, right and bottom, in image px, of what differs; None when nothing does."""
        images = [cover(Image.open(BytesIO(each.png)).convert("RGB"), each.boxes) for each in (self, other)]
        if images[0].size != images[1].size:
            return (0, 0, *images[1].size)
        return ImageChops.difference(*images).getbbox()
