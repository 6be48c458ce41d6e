"""Pictures inside the page: stored images as data URIs, within a size that a mail program still takes."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass, field
from typing import Protocol

from PIL import Image

from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.domain.playbook import Box
from inspect_pipelines.errors import NotFound, Unreadable
from inspect_pipelines.imaging.picture import decode
from inspect_pipelines.ports.gallery import Stat

FULL_BYTES = 16_000_000  # of pictures in full size; a report stays under about 25 MB after base64
THUMBNAIL_PX = 480
# Lossless WebP saves a quarter of a large PNG for 0.1 s a megapixel; small or huge pictures are not worth the time.
WORTH_BYTES, WORTH_PIXELS = 200_000, 3_000_000
CROP_MARGIN = 28  # px round a changed region
CROP_LARGEST = (640, 420)  # px


class Source(Protocol):
    """The part of a gallery that a page needs."""

    def get(self, sha256: Sha256) -> bytes: ...
    def stat(self, sha256: Sha256) -> Stat: ...
    def thumbnail(self, sha256: Sha256, *, max_px: int = 320) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Shown:
    """An image as the page holds it; without a source it says why there is none."""

    source: str  # data: URI, empty when it cannot be shown
    width: int = 0  # px of the stored picture
    height: int = 0
    problem: str = ""
    is_small: bool = False  # only a thumbnail: the page's budget for full pictures is used up


@dataclass
class Pictures:
    """Hands out images of the gallery, the first ones in full; remembers what it decoded last."""

    gallery: Source
    budget_bytes: int = FULL_BYTES
    _pixels: dict[Sha256, Image.Image] = field(default_factory=dict)

    def full(self, sha256: Sha256 | None) -> Shown | None:
        """The whole picture, losslessly, while the budget lasts; a thumbnail afterwards. None for no picture."""
        if sha256 is None:
            return None
        try:
            known = self.gallery.stat(sha256)
            if known.size_bytes > self.budget_bytes:
                return self._thumbnail(sha256, known, is_small=True)
            smallest = self._smallest(sha256, known)
        except (NotFound, Unreadable) as error:
            return Shown("", problem=str(error))
        self.budget_bytes -= len(smallest)
        return Shown(data_uri(smallest), known.width, known.height)

    def thumbnail(self, sha256: Sha256 | None) -> Shown | None:
        """A small one."""
        if sha256 is None:
            return None
        try:
            return self._thumbnail(sha256, self.gallery.stat(sha256))
        except (NotFound, Unreadable) as error:
            return Shown("", problem=str(error))

    def crop(self, sha256: Sha256 | None, box: Box) -> Shown | None:
        """A region with its surroundings at its real size; None when it cannot be shown."""
        if sha256 is None:
            return None
        try:
            image = self._decoded(sha256)
        except (NotFound, Unreadable):
            return None
        left, right = _span(box.x, box.width, image.width, CROP_LARGEST[0])
        top, bottom = _span(box.y, box.height, image.height, CROP_LARGEST[1])
        if left >= right or top >= bottom:
            return None
        part = image.crop((left, top, right, bottom))
        buffer = io.BytesIO()
        part.save(buffer, "PNG", optimize=True)
        return Shown(data_uri(buffer.getvalue()), part.width, part.height)

    def _thumbnail(self, sha256: Sha256, known: Stat, *, is_small: bool = False) -> Shown:
        small = self.gallery.thumbnail(sha256, max_px=THUMBNAIL_PX)
        return Shown(data_uri(small), known.width, known.height, is_small=is_small)

    def _smallest(self, sha256: Sha256, known: Stat) -> bytes:
        png = self.gallery.get(sha256)
        if known.size_bytes < WORTH_BYTES or known.width * known.height > WORTH_PIXELS:
            return png
        buffer = io.BytesIO()
        self._decoded(sha256).save(buffer, "WEBP", lossless=True, method=1, quality=20)
        return min(png, buffer.getvalue(), key=len)

    def _decoded(self, sha256: Sha256) -> Image.Image:
        if sha256 not in self._pixels:
            while len(self._pixels) >= 2:  # both sides of one view; the next view's push them out
                self._pixels.pop(next(iter(self._pixels)))
            self._pixels[sha256] = Image.fromarray(decode(self.gallery.get(sha256)))
        return self._pixels[sha256]


def data_uri(image: bytes) -> str:
    """The bytes of a PNG or WebP as a `data:` URI."""
    kind = "webp" if image[8:12] == b"WEBP" else "png"
    return f"data:image/{kind};base64,{base64.b64encode(image).decode()}"


def _span(start: int, length: int, whole: int, most: int) -> tuple[int, int]:
    """Where to cut: the region with a margin, or its beginning when it is too large to show at its real size."""
    low = max(start - CROP_MARGIN, 0)
    return low, min(start + length + CROP_MARGIN, low + most, whole)
