"""A flake film: the last pictures of a view one after the other, so that what moves by itself is seen moving."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from inspect_pipelines.imaging.picture import decode

WIDEST, HIGHEST = 800, 1600  # px of a picture in it; a longer page is shown smaller
BAR = 28  # px below, for the title
SHOWN_MS, LAST_MS = 700, 1600  # the last one stays, so that the beginning is seen
QUALITY = 70
PAPER, INK = (247, 246, 243), (32, 32, 32)


@dataclass(frozen=True, slots=True)
class Take:
    """One picture of it, as large as it is shown."""

    picture: Image.Image
    title: str


def take(png: bytes, title: str) -> Take:
    """A picture and what stands below it.

    Raises:
        Unreadable: It is damaged.
    """
    picture = Image.fromarray(decode(png))
    picture.thumbnail((WIDEST, HIGHEST), Image.Resampling.BOX)
    return Take(picture, title)


def flake_film(takes: Sequence[Take]) -> bytes:
    """An animated WebP, in the order given, endlessly.

    Args:
        takes: At least one.
    """
    size = max(one.picture.width for one in takes), max(one.picture.height for one in takes) + BAR
    frames = [_framed(one.picture, one.title, size) for one in takes]
    written = io.BytesIO()
    frames[0].save(
        written,
        "WEBP",
        save_all=True,
        append_images=frames[1:],
        duration=[*([SHOWN_MS] * (len(frames) - 1)), LAST_MS],
        loop=0,
        quality=QUALITY,
        method=1,
    )
    return written.getvalue()


def _framed(picture: Image.Image, title: str, size: tuple[int, int]) -> Image.Image:
    frame = Image.new("RGB", size, PAPER)
    frame.paste(picture, (0, 0))
    ImageDraw.Draw(frame).text((8, size[1] - BAR + 6), title, INK, ImageFont.load_default(13))
    return frame
