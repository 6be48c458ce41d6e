"""Drawn pictures for tests, in which each change is exact."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageFont

SCALE = 8  # drawn so much larger, then reduced: positions between pixels


def text(words, *, x=12.0, y=12.0, size=14, ink=(31, 36, 48), ground=(255, 255, 255), bold=0):
    """A line of text at a place between pixels, 200 x 48 px."""
    large = Image.new("RGB", (200 * SCALE, 48 * SCALE), ground)
    draw = ImageDraw.Draw(large)
    font = ImageFont.load_default(size * SCALE)
    draw.text((round(x * SCALE), round(y * SCALE)), words, ink, font, stroke_width=bold, stroke_fill=ink)
    return np.asarray(large.resize((200, 48), Image.Resampling.BOX))


def noise(width: int, height: int) -> bytes:
    """A PNG of chance: the hardest picture to make small."""
    pixels = np.random.default_rng(1).integers(0, 255, (height, width, 3), dtype=np.uint8)
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()
