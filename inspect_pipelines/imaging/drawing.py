"""Drawing: what pictures for people are made of: colours, labels, and a fast PNG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import cv2
import numpy as np
from cv2.typing import MatLike
from PIL import Image, ImageDraw, ImageFont

from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import ChangeKind, Region
from inspect_pipelines.imaging.picture import Pixels

Colour = tuple[int, int, int]

# Okabe and Ito's palette: told apart with every common kind of colour blindness; labels and shapes say the same.
CHANGED = (213, 94, 0)
INSERTED = (0, 114, 178)
REMOVED = (204, 121, 167)
OF_KIND: dict[ChangeKind, Colour] = {
    ChangeKind.COLOUR: (230, 159, 0),
    ChangeKind.TEXT: (86, 180, 233),
    ChangeKind.MOVED: (0, 158, 115),
    ChangeKind.APPEARED: INSERTED,
    ChangeKind.VANISHED: REMOVED,
    ChangeKind.REPLACED: CHANGED,
}
WORD = {ChangeKind.REPLACED: "changed"}  # other kinds are said by their own names
HALO = (255, 255, 255)
INK, PAPER = (20, 22, 26), (255, 255, 255)
LIGHT = 110  # levels of luma from which dark letters stand out more

FONT_PX = (12, 28)  # of a label, by the picture's width
WIDTH_PER_FONT_PX = 92
PADDING = 4  # px round a label's letters
STRIP_ROWS = 256  # whose colours are turned round at a time
APART = 2  # px between a label and anything else


def encode(picture: Pixels) -> bytes:
    """A PNG, written fast rather than small: row differences alone cost half of what trying every filter does."""
    return _encoded(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))


def encode_spent(canvas: Pixels) -> bytes:
    """As `encode`, for a picture that nobody needs any more: OpenCV's order of colours takes its place, not more room."""
    for top in range(0, len(canvas), STRIP_ROWS):
        strip = canvas[top : top + STRIP_ROWS]
        strip[:] = cv2.cvtColor(strip, cv2.COLOR_RGB2BGR)
    return _encoded(canvas)


def _encoded(bgr: MatLike) -> bytes:
    how = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_UP]
    done, png = cv2.imencode(".png", bgr, how)
    assert done  # every array of bytes can be a PNG
    return png.tobytes()


def fill(canvas: Pixels, top: int, bottom: int, left: int, right: int, colour: Colour) -> None:
    """Paint a rectangle, as far as it lies on the canvas."""
    canvas[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = colour


def frame(canvas: Pixels, box: Box, inner: int, outer: int, colour: Colour) -> None:
    """Draw a line round a box, from `inner` to `outer` px away from it; what is in the box stays as it is."""
    top, bottom, left, right = box.y, box.y + box.height, box.x, box.x + box.width
    for above, below in ((top - outer, top - inner), (bottom + inner, bottom + outer)):
        fill(canvas, above, below, left - outer, right + outer, colour)
    for start, end in ((left - outer, left - inner), (right + inner, right + outer)):
        fill(canvas, top - outer, bottom + outer, start, end, colour)


def font_px(width: int) -> int:
    """How high letters have to be on a picture of that width."""
    return min(max(width // WIDTH_PER_FONT_PX, FONT_PX[0]), FONT_PX[1])


def lettered(text: str, size: int, ink: Colour, ground: Colour) -> Pixels:
    """A line of text in its own small picture."""
    font = _font(size)
    _, top, _, bottom = font.getbbox("Ágy" + text)  # one height for all, whatever letters it holds
    width = round(font.getlength(text))
    image = Image.new("RGB", (width + 2 * PADDING, round(bottom - top) + PADDING), ground)
    ImageDraw.Draw(image).text((PADDING, PADDING // 2 - top), text, fill=ink, font=font)
    return np.asarray(image)


def put_labels(canvas: Pixels, regions: Sequence[Region], reach: int, taken: Iterable[Box] = ()) -> None:
    """Write number and kind beside each region's frame, the first ones first, where nothing is covered by it.

    Args:
        canvas: Drawn on.
        regions: With boxes in the canvas's pixels; an empty one only takes its number.
        reach: px from a region's box to the outer side of its frame.
        taken: What may not be covered, besides the regions.
    """
    height, width = canvas.shape[:2]
    size = font_px(width)
    covered = [_grown(region.box, reach) for region in regions if region.box.area] + list(taken)
    for number, region in enumerate(regions, start=1):
        if not region.box.area:
            continue
        colour = OF_KIND[region.kind]
        ink = INK if _luma(colour) >= LIGHT else PAPER
        tag = lettered(f"{number} {WORD.get(region.kind, region.kind.value)}", size, ink, colour)
        tall, wide = tag.shape[:2]
        frame = _grown(region.box, reach)
        left = min(max(frame.x, 0), width - wide)
        places = (
            (left, frame.y - tall - APART),
            (left, frame.y + frame.height + APART),
            (frame.x + frame.width + APART, max(frame.y, 0)),
            (frame.x - wide - APART, max(frame.y, 0)),
        )
        for x, y in places:
            place = Box(x, y, wide, tall)
            if x < 0 or y < 0 or x + wide > width or y + tall > height:
                continue
            if any(_meet(place, other) for other in covered):
                continue
            canvas[y : y + tall, x : x + wide] = tag
            covered.append(place)
            break


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(
        font, ImageFont.FreeTypeFont
    )  # Pillow's wheels have FreeType and bring a font with them
    return font


def _luma(colour: Colour) -> float:
    red, green, blue = colour
    return 0.299 * red + 0.587 * green + 0.114 * blue


def _grown(box: Box, by: int) -> Box:
    return Box(box.x - by, box.y - by, box.width + 2 * by, box.height + 2 * by)


def _meet(a: Box, b: Box) -> bool:
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height
