"""A measurement: everything that two pictures have to say about each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import BandKind, Measurement, Region
from inspect_pipelines.imaging.alignment import Alignment, align
from inspect_pipelines.imaging.fingerprint import fingerprint
from inspect_pipelines.imaging.picture import Pixels
from inspect_pipelines.imaging.region import described, regions
from inspect_pipelines.imaging.score import SCORE_METHOD, see
from inspect_pipelines.imaging.window import Rows, count_changed, differing_rows, windows

MASK_COLOUR = (255, 0, 255)
SAME = Measurement(0.0, SCORE_METHOD, 0.0)


def measure(
    old: Pixels,
    new: Pixels,
    *,
    describe: bool = True,
    differing: Rows | None = None,
    reworded: Sequence[Box] = (),
) -> Measurement:
    """Score, regions and layout bands between two pictures of any size.

    Rows that only one side has are bands and count in no score. Another width is another page: it scores 1.0.
    Boxes and bands are in the new picture's coordinates.

    Args:
        old, new: Shapes (height, width, 3); they may differ.
        describe: Whether regions get kinds and colour distances, and the change a fingerprint: for people, no
            verdict needs them.
        differing: Which rows differ, of two pictures of one size, where that is known already.
        reworded: Where the new page says another text than the old one; of use where both pages stand as they stood.
    """
    width = min(old.shape[1], new.shape[1])
    common = min(len(old), len(new))
    rows = differing
    if rows is None:
        rows = differing_rows(old[:common, :width], new[:common, :width])
    alignment = align(old[:, :width], new[:, :width], rows)
    old_rows, new_rows = alignment.aligned(old[:, :width], new[:, :width])
    if not (alignment.is_in_place and len(old_rows) == common):
        rows = differing_rows(old_rows, new_rows)
    if not rows.any() and old.shape == new.shape and not alignment.bands:
        return SAME
    found = windows(old_rows, new_rows, rows)
    sight = see(old_rows, new_rows, found, reworded if alignment.is_in_place else ())
    areas = regions(old_rows, new_rows, sight.looks)
    changed = count_changed(old_rows, new_rows, found)
    mark = ""
    if describe and areas:
        areas = described(old_rows, new_rows, areas)
        mark = fingerprint(old_rows, new_rows, areas)
    bands = alignment.bands
    one_sided = _one_sided(old, new, bands_px=sum(band.height for band in bands))
    larger = max(old.shape[0], new.shape[0]) * max(old.shape[1], new.shape[1])
    measurement = Measurement(
        sight.score,
        SCORE_METHOD,
        min((changed + one_sided) / larger, 1.0),
        tuple(_in_new(area, alignment) for area in areas),
        inserted_rows=sum(band.height for band in bands if band.kind is BandKind.INSERTED),
        removed_rows=sum(band.height for band in bands if band.kind is BandKind.REMOVED),
        bands=bands,
        visible_ratio=min((sight.visible_pixels + one_sided) / larger, 1.0),
        fingerprint=mark,
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
    top = alignment.new_row(region.box.y)
    bottom = alignment.new_row(region.box.y + region.box.height - 1)
    return replace(region, box=replace(region.box, y=top, height=bottom - top + 1))


def _one_sided(old: Pixels, new: Pixels, *, bands_px: int) -> int:
    """Pixels that have no partner: rows of bands, columns of the wider picture."""
    narrow, wide = sorted((int(old.shape[1]), int(new.shape[1])))
    return bands_px * wide + (wide - narrow) * min(len(old), len(new))


def _another_width(measurement: Measurement, old: Pixels, new: Pixels) -> Measurement:
    height, new_width = new.shape[:2]
    extra = new_width - old.shape[1]
    # Last: what happened on the part that both have is what a person looks for.
    strip = (Region(Box(old.shape[1], 0, extra, height), extra * height),) if extra > 0 else ()
    return replace(measurement, score=1.0, regions=measurement.regions + strip)
