"""Pictures inside the page: stored images as data URIs, within a size that a mail program still takes."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol
from weakref import WeakValueDictionary

from markupsafe import Markup
from PIL import Image

from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.errors import NotFound, Unreadable
from inspect_pipelines.imaging.denser_png import denser
from inspect_pipelines.imaging.picture import Pixels, decode
from inspect_pipelines.imaging.sides import is_blank
from inspect_pipelines.ports.gallery import Stat

FULL_BYTES = 16_000_000  # of pictures in full size; a report stays under about 25 MB after base64
THUMBNAIL_PX = 480
WORTH_BYTES, WORTH_PIXELS = 100_000, 3_000_000  # smaller files and larger pictures are shown as they are
# Lossless WebP halves a PNG, for 0.25 s and 17 MB a megapixel while it is made; larger pictures are only deflated anew.
WEBP_PIXELS = 1_200_000
CROP_MARGIN = 28  # CSS px round a changed region
CROP_LARGEST = (1280, 420)  # CSS px: a banner as a whole, of a tall column its beginning


class Source(Protocol):
    """The part of a gallery that a page needs."""

    def get(self, sha256: Sha256) -> bytes: ...
    def stat(self, sha256: Sha256) -> Stat: ...
    def thumbnail(self, sha256: Sha256, *, max_px: int = 320) -> bytes: ...


PLACE = re.compile("<§([0-9]+)>")  # no text that a page quotes can hold it: `<` is escaped there
PIECE_BYTES = (
    3 << 18
)  # of a picture at a time; divisible by three, so that pieces of base64 join without padding


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Shown:
    """An image as the page holds it; without a source it says why there is none."""

    source: str  # its place in the page's text, which becomes a data: URI; empty when it cannot be shown
    width: int = 0  # px of the stored picture
    height: int = 0
    problem: str = ""
    is_small: bool = False  # only a thumbnail: the page's budget for full pictures is used up
    image: bytes = b""  # a PNG or WebP
    scale: float = 1.0  # px per CSS px, in which the page shows it
    sha256: str = ""  # of the stored picture that it shows, or shows a part of

    @property
    def css_width(self) -> int:
        return round(self.width / self.scale)

    @property
    def css_height(self) -> int:
        return round(self.height / self.scale)


@dataclass
class Pictures:
    """Hands out images of the gallery, the first ones in full; remembers the one that it decoded last."""

    gallery: Source
    budget_bytes: int = FULL_BYTES
    _last: tuple[Sha256, Pixels] | None = None
    _handed_out: WeakValueDictionary[str, Shown] = field(default_factory=WeakValueDictionary)
    _numbers: Iterator[int] = field(default_factory=count)

    def filled(self, pieces: Iterable[str]) -> Iterator[bytes]:
        """The page's text with the pictures in their places.

        As text they would take their room several times over, once for each macro that they go through.
        """
        for piece in pieces:
            for at, part in enumerate(PLACE.split(piece)):
                yield from _data_uri(self._handed_out[part].image) if at % 2 else (part.encode(),)

    def full(self, sha256: Sha256 | None, scale: float = 1.0) -> Shown | None:
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
        return self._shown(sha256, smallest, known.width, known.height, scale=scale)

    def thumbnail(self, sha256: Sha256 | None) -> Shown | None:
        """A small one."""
        if sha256 is None:
            return None
        try:
            return self._thumbnail(sha256, self.gallery.stat(sha256))
        except (NotFound, Unreadable) as error:
            return Shown("", problem=str(error))

    def crop(self, sha256: Sha256 | None, box: Box, scale: float = 1.0) -> Shown | None:
        """A region with its surroundings, as large as on the page; None when there is nothing to show.

        Args:
            scale: Px of the picture per CSS px.
        """
        if sha256 is None:
            return None
        try:
            pixels = self._decoded(sha256)
        except (NotFound, Unreadable):
            return None
        height, width = pixels.shape[:2]
        if box.x + box.width // 2 >= width or box.y + box.height // 2 >= height:
            return None  # more than half of it is beyond this picture: a strip of its edge would say nothing
        left, right = _span(box.x, box.width, width, CROP_LARGEST[0], scale)
        top, bottom = _span(box.y, box.height, height, CROP_LARGEST[1], scale)
        if left >= right or top >= bottom or is_blank(pixels):
            return None
        part = Image.fromarray(pixels[top:bottom, left:right])
        buffer = io.BytesIO()
        part.save(buffer, "PNG", optimize=True)
        return self._shown(sha256, buffer.getvalue(), part.width, part.height, scale=scale)

    def _thumbnail(self, sha256: Sha256, known: Stat, *, is_small: bool = False) -> Shown:
        small = self.gallery.thumbnail(sha256, max_px=THUMBNAIL_PX)
        return self._shown(sha256, small, known.width, known.height, is_small=is_small)

    def _shown(
        self,
        sha256: Sha256,
        image: bytes,
        width: int,
        height: int,
        *,
        is_small: bool = False,
        scale: float = 1.0,
    ) -> Shown:
        number = str(next(self._numbers))
        place = Markup(f"<§{number}>")  # noqa: S704 - ours, and no picture's
        shown = Shown(place, width, height, is_small=is_small, image=image, scale=scale, sha256=sha256)
        self._handed_out[number] = shown  # for as long as somebody is going to show it
        return shown

    def _smallest(self, sha256: Sha256, known: Stat) -> bytes:
        png = self.gallery.get(sha256)
        pixels = known.width * known.height
        if known.size_bytes < WORTH_BYTES or pixels > WORTH_PIXELS:
            return png
        if pixels > WEBP_PIXELS:
            return denser(png)
        buffer = io.BytesIO()
        Image.fromarray(self._decoded(sha256)).save(buffer, "WEBP", lossless=True, method=1, quality=20)
        return min(png, buffer.getvalue(), key=len)

    def _decoded(self, sha256: Sha256) -> Pixels:
        if self._last is None or self._last[0] != sha256:
            self._last = None  # first the old one goes: a full page takes 9 MB and more
            self._last = (sha256, decode(self.gallery.get(sha256)))
        return self._last[1]


def _data_uri(image: bytes) -> Iterator[bytes]:
    kind = b"webp" if image[8:12] == b"WEBP" else b"png"
    yield b"data:image/%s;base64," % kind
    for start in range(0, len(image), PIECE_BYTES):
        yield base64.b64encode(image[start : start + PIECE_BYTES])


def _span(start: int, length: int, whole: int, most: int, scale: float) -> tuple[int, int]:
    """Where to cut: the region with a margin, or its beginning when it is too large to show at its real size."""
    margin = round(CROP_MARGIN * scale)
    low = max(start - margin, 0)
    return low, min(start + length + margin, low + round(most * scale), whole)
