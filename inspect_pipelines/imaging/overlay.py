"""The overlay: the new page pale and grey, what changed in its own colours in a box of its kind, inserted rows as one band."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import Band, BandKind, Region
from inspect_pipelines.imaging.drawing import (
    HALO,
    INSERTED,
    OF_KIND,
    REMOVED,
    Colour,
    encode_spent,
    fill,
    put_labels,
)
from inspect_pipelines.imaging.picture import Pixels

STROKE = 3  # px
HALO_PX = 2  # on both sides of the stroke, so that a box shows on any ground
MARGIN = 4  # px between what changed and its box
REACH = HALO_PX + STROKE + HALO_PX + MARGIN
# Pale grey in 32 steps: a page stays recognisable, its picture compresses three times as fast.
DIM = np.array([min(255, 150 + (level * 100 // 255) // 3 * 3) for level in range(256)], dtype=np.uint8)


def overlay(new: Pixels, regions: Iterable[Region], bands: Iterable[Band] = ()) -> bytes:
    """A PNG of the new picture's size that shows where it differs."""
    canvas = _dimmed(new)
    lines = [_draw_band(canvas, new, band) for band in bands]
    shown = tuple(regions)
    for region in reversed(shown):  # the weightiest last, so that its frame is whole
        _draw_frame(canvas, region.box, OF_KIND[region.kind])
    for region in shown:  # after all frames, so that none is drawn over what another one shows
        box = region.box
        part = np.s_[box.y : box.y + box.height, box.x : box.x + box.width]
        canvas[part] = new[part]
    put_labels(canvas, shown, REACH, [line for each in lines for line in each])
    return encode_spent(canvas)


def _dimmed(picture: Pixels) -> Pixels:
    grey = cv2.LUT(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), DIM)
    pale: Pixels = cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)  # type: ignore[assignment]
    return pale


def _draw_frame(canvas: Pixels, box: Box, kind: Colour) -> None:
    for reach, colour in ((REACH, HALO), (REACH - HALO_PX, kind), (MARGIN + HALO_PX, HALO)):
        fill(
            canvas,
            box.y - reach,
            box.y + box.height + reach,
            box.x - reach,
            box.x + box.width + reach,
            colour,
        )


def _draw_band(canvas: Pixels, new: Pixels, band: Band) -> list[Box]:
    """Draw it, and say where its lines are."""
    height, width = canvas.shape[:2]
    if band.kind is BandKind.INSERTED:
        top, bottom = band.y, min(band.y + band.height, height)
        canvas[top:bottom] = new[top:bottom] // 4 * 3 + np.array(INSERTED, dtype=np.uint8) // 4
        edges, colour = [top, bottom], INSERTED
    else:
        edges, colour = [band.y], REMOVED
    lines = []
    for y in edges:
        at = min(max(y, STROKE), height - STROKE)
        fill(canvas, at - STROKE - HALO_PX, at + STROKE + HALO_PX, 0, width, HALO)
        fill(canvas, at - STROKE, at + STROKE, 0, width, colour)
        if band.kind is BandKind.REMOVED:  # dashed, so that the two kinds differ by shape too
            for x in range(12, width, 24):
                fill(canvas, at - STROKE, at + STROKE, x, x + 8, HALO)
        lines.append(Box(0, at - STROKE, width, 2 * STROKE))
    return lines
