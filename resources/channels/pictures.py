"""Stored pictures, made small enough for what carries them."""

from __future__ import annotations

from io import BytesIO

from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.gallery import Gallery

QUALITIES = (80, 60, 40, 20)


def stored(gallery: Gallery, sha256: Sha256) -> bytes | None:
    """The picture; None: it was pruned or is damaged, so that the message goes without."""
    try:
        return gallery.get(sha256)
    except InspectError:
        return None


def small_jpeg(png: bytes, *, max_px: int, max_bytes: int) -> bytes | None:
    """The top of the picture as JPEG, at most so wide and high; None: it stays too large."""
    from PIL import Image  # a tenth of a second that most sends save

    try:
        with Image.open(BytesIO(png)) as opened:
            image = opened.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
    image = image.crop(
        (0, 0, image.width, min(image.height, image.width))
    )  # a long page's top tells the most
    image.thumbnail((max_px, max_px))
    for quality in QUALITIES:
        buffer = BytesIO()
        image.save(buffer, "JPEG", quality=quality, optimize=True)
        if buffer.tell() <= max_bytes:
            return buffer.getvalue()
    return None
