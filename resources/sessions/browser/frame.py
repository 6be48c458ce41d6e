"""A frame: what one look through the camera gave, before it is known to stand still."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageChops

from inspect_pipelines.domain.playbook import Box
from resources.sessions.browser.masks import Masks, Rect, cover


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

    def changed(self, other: Frame) -> tuple[int, int, int, int] | None:
        """Left, top, right and bottom, in image px, of what differs; None when nothing does."""
        images = [cover(Image.open(BytesIO(each.png)).convert("RGB"), each.boxes) for each in (self, other)]
        if images[0].size != images[1].size:
            return (0, 0, *images[1].size)
        return ImageChops.difference(*images).getbbox()
