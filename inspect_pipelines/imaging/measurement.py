"""A measurement: everything that two pictures have to say about each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from inspect_pipelines.domain.comparison import BandKind, Measurement, Region
from inspect_pipelines.domain.playbook import Box
from inspect_pipelines.imaging.alignment import Alignment, align
from inspect_pipelines.imaging.picture import Pixels
from inspect_pipelines.imaging.region import changed_pixels, regions
from inspect_pipelines.imaging.score import SCORE_METHOD, dissimilarity, worst_cell

MASK_COLOUR = (255, 0, 255)


def measure(old: Pixels, new: Pixels) -> Measurement:
    """Score, regions and layout bands between two pictures of any size.

    Rows that only one side has are bands and count in no score. Another width is another page: it scores 1.0.
    Boxes and bands are in the new picture's coordinates.
    """
    if np.array_equal(old, new):
        return Measurement(0.0, SCORE_METHOD, 0.0)
    width = min(old.shape[1], new.shape[1])
    old_part, new_part = old[:, :width], new[:, :width]
    alignment = align(old_part, new_part)
    old_rows, new_rows = alignment.aligned(old_part, new_part)
    changed = changed_pixels(old_rows, new_rows)
    difference = dissimilarity(old_rows, new_rows)
    found = tuple(_in_new(region, alignment) for region in regions(changed, difference))
    bands = alignment.bands
    larger = max(old.shape[0], new.shape[0]) * max(old.shape[1], new.shape[1])
    differing = int(np.count_nonzero(changed)) + _one_sided(old, new, bands_px=sum(b.height for b in bands))
    measurement = Measurement(
        worst_cell(difference),
        SCORE_METHOD,
        min(differing / larger, 1.0),
        found,
        inserted_rows=sum(band.height for band in bands if band.kind is BandKind.INSERTED),
        removed_rows=sum(band.height for band in bands if band.kind is BandKind.REMOVED),
        bands=bands,
    )
    return measurement if old.shape[1] == new.shape[1] else _another_width(measurement, old, new)


def blanked(picture: Pixels, boxes: Iterable[Box]) -> Pixels:
    """The picture with these boxes painted over; parts outside of it are ignored."""
    painted = picture.copy()
    for box in boxes:
        top, left = max(box.y, 0), max(box.x, 0)
        painted[top : max(box.y + box.height, 0), left : max(box.x + box.width, 0)] = MASK_COLOUR
    return painted


def _in_new(region: Region, alignment: Alignment) -> Region:
    rows = alignment.new_rows
    top = int(rows[region.box.y])
    bottom = int(rows[region.box.y + region.box.height - 1])
    return replace(region, box=replace(region.box, y=top, height=bottom - top + 1))


def _one_sided(old: Pixels, new: Pixels, *, bands_px: int) -> int:
    """Pixels that have no partner: rows of bands, columns of the wider picture."""
    narrow, wide = sorted((int(old.shape[1]), int(new.shape[1])))
    return bands_px * wide + (wide - narrow) * min(len(old), len(new))


def _another_width(measurement: Measurement, old: Pixels, new: Pixels) -> Measurement:
    height, new_width = new.shape[:2]
    extra = new_width - old.shape[1]
    strip = (Region(Box(old.shape[1], 0, extra, height), extra * height),) if extra > 0 else ()
    return replace(measurement, score=1.0, regions=strip + measurement.regions)
