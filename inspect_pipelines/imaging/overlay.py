"""The overlay: the new page pale and grey, what changed in its own colours inside a box, inserted rows as one band."""

from __future__ import annotations

import io
from collections.abc import Iterable

import numpy as np
from PIL import Image

from inspect_pipelines.domain.comparison import Band, BandKind, Region
from inspect_pipelines.domain.playbook import Box
from inspect_pipelines.imaging.picture import Pixels

# Okabe and Ito's palette: told apart with every common kind of colour blindness, and by shape as well.
CHANGED = (213, 94, 0)
INSERTED = (0, 114, 178)
REMOVED = (204, 121, 167)
HALO = (255, 255, 255)

STROKE = 3  # px
HALO_PX = 2  # on both sides of the stroke, so that a box shows on any ground
MARGIN = 4  # px between what changed and its box
# Pale grey in 32 steps: a page stays recognisable, its picture compresses three times as fast.
DIM = [min(255, 150 + (level * 100 // 255) // 3 * 3) for level in range(256)]


def overlay(new: Pixels, regions: Iterable[Region], bands: Iterable[Band] = ()) -> bytes:
    """A PNG of the new picture's size that shows where it differs."""
    canvas = _dimmed(new)
    for band in bands:
        _draw_band(canvas, new, band)
    boxes = [region.box for region in regions]
    for box in boxes:
        _draw_frame(canvas, box)
    for box in boxes:  # after all frames, so that none is drawn over what another one shows
        part = np.s_[box.y : box.y + box.height, box.x : box.x + box.width]
        canvas[part] = new[part]
    return encode(canvas)


def encode(picture: Pixels) -> bytes:
    """A PNG, written fast rather than small."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _dimmed(picture: Pixels) -> Pixels:
    grey = Image.fromarray(picture).convert("L").point(DIM)
    return np.array(grey.convert("RGB"))


def _draw_frame(canvas: Pixels, box: Box) -> None:
    outer = HALO_PX + STROKE + HALO_PX + MARGIN
    for reach, colour in ((outer, HALO), (outer - HALO_PX, CHANGED), (MARGIN + HALO_PX, HALO)):
        _fill(
            canvas,
            box.y - reach,
            box.y + box.height + reach,
            box.x - reach,
            box.x + box.width + reach,
            colour,
        )


def _draw_band(canvas: Pixels, new: Pixels, band: Band) -> None:
    height, width = canvas.shape[:2]
    if band.kind is BandKind.INSERTED:
        top, bottom = band.y, min(band.y + band.height, height)
        canvas[top:bottom] = new[top:bottom] // 4 * 3 + np.array(INSERTED, dtype=np.uint8) // 4
        edges, colour = [top, bottom], INSERTED
    else:
        edges, colour = [band.y], REMOVED
    for y in edges:
        at = min(max(y, STROKE), height - STROKE)
        _fill(canvas, at - STROKE - HALO_PX, at + STROKE + HALO_PX, 0, width, HALO)
        _fill(canvas, at - STROKE, at + STROKE, 0, width, colour)
    if band.kind is BandKind.REMOVED:  # dashed, so that the two kinds differ by shape too
        at = min(max(band.y, STROKE), height - STROKE)
        for x in range(12, width, 24):
            _fill(canvas, at - STROKE, at + STROKE, x, x + 8, HALO)


def _fill(canvas: Pixels, top: int, bottom: int, left: int, right: int, colour: tuple[int, int, int]) -> None:
    canvas[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = colour
