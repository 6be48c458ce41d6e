"""Kinds: what happened to a region, told from its pixels before and after."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import ChangeKind, Region
from inspect_pipelines.imaging.picture import Pixels

Grey = npt.NDArray[np.uint8]

LEVEL = 12  # levels round the ground's own; a gradient's neighbours and re-encoding stay within
GROUND_RATIO = 0.98  # of an area's pixels that are ground when nothing stands there
REACH = 24  # px that a displaced element is looked for; farther ones vanish here and appear there
FITS_RATIO = 0.15  # of the difference in place that is left where displaced content fits
LARGE = 512 * 512  # px; matching grows faster than the area
SAME_SHAPES = 0.9  # correlation of brightness; a digit that became another one has about 0.5
CONTEXT = 8  # px round a region that tell whether it stands in a text
CONTRAST = 40  # levels between ink and ground
INK = (0.01, 0.55)  # share of a text's area that is ink
STROKE_RATIO = 0.25  # of a line's height that a stroke is thick at most
TEXT_HEIGHT = 96  # px; higher areas hold more than text


def kinds(old: Pixels, new: Pixels, regions: Sequence[Region]) -> list[Region]:
    """The regions with their kinds; what vanished in one and appeared in another was moved.

    Args:
        old, new: Of one size; boxes are in their coordinates.
    """
    told = [_told(old, new, region) for region in regions]
    vanished = [i for i, region in enumerate(told) if region.kind is ChangeKind.VANISHED]
    appeared = [i for i, region in enumerate(told) if region.kind is ChangeKind.APPEARED]
    for here in vanished:
        for there in appeared:
            if told[there].kind is ChangeKind.APPEARED and _same(old, told[here].box, new, told[there].box):
                by = (told[there].box.x - told[here].box.x, told[there].box.y - told[here].box.y)
                told[here] = replace(told[here], kind=ChangeKind.MOVED, moved_by=by)
                told[there] = replace(told[there], kind=ChangeKind.MOVED, moved_by=by)
                break
    return told


def _told(old: Pixels, new: Pixels, region: Region) -> Region:
    before, after = _sample(old, region.box), _sample(new, region.box)
    empty, emptied = _is_ground(before), _is_ground(after)
    if empty and emptied:
        return replace(region, kind=ChangeKind.COLOUR)
    step = None if empty or emptied else _step(old, new, region.box)
    if step:
        return replace(region, kind=ChangeKind.MOVED, moved_by=step)
    if _has_same_shapes(before, after):
        return replace(region, kind=ChangeKind.COLOUR)
    if _in_text(old, region.box) and _in_text(new, region.box):
        return replace(region, kind=ChangeKind.TEXT)
    if empty and _is_like_its_surroundings(old, region.box):
        return replace(region, kind=ChangeKind.APPEARED)
    if emptied and _is_like_its_surroundings(new, region.box):
        return replace(region, kind=ChangeKind.VANISHED)
    return replace(region, kind=ChangeKind.REPLACED)


def _part(picture: Pixels, box: Box) -> Pixels:
    return picture[max(box.y, 0) : box.y + box.height, max(box.x, 0) : box.x + box.width]


def _sample(picture: Pixels, box: Box) -> Pixels:
    """The part, of a large one every n-th row and column: a whole page tells no more than a quarter million pixels."""
    every = max(1, math.isqrt(box.area // LARGE))
    return _part(picture, box)[::every, ::every]


def _grown(box: Box, by: int) -> Box:
    left, top = max(box.x - by, 0), max(box.y - by, 0)
    return Box(left, top, box.x + box.width + by - left, box.y + box.height + by - top)


def _is_ground(part: Pixels) -> bool:
    """Whether nothing stands there: nearly all pixels have about the colour of most of them."""
    middle = np.median(part.reshape(-1, 3), axis=0)
    near = (np.abs(part.astype(np.int16) - middle) <= LEVEL).all(axis=2)
    return float(near.mean()) >= GROUND_RATIO


def _is_like_its_surroundings(picture: Pixels, box: Box) -> bool:
    """Whether what stands there has the colour of what is around: else it is a flat thing, not the absence of one."""
    around = _grown(box, CONTEXT)
    sides = (
        Box(around.x, around.y, around.width, box.y - around.y),
        Box(around.x, box.y + box.height, around.width, CONTEXT),
        Box(around.x, box.y, box.x - around.x, box.height),
        Box(box.x + box.width, box.y, CONTEXT, box.height),
    )
    ring = np.concatenate([_part(picture, side).reshape(-1, 3) for side in sides])
    if not len(ring):
        return True
    inside = np.median(_sample(picture, box).reshape(-1, 3), axis=0)
    return bool((np.abs(inside - np.median(ring, axis=0)) <= LEVEL).all())


def _step(old: Pixels, new: Pixels, box: Box) -> tuple[int, int] | None:
    """By how much the content was displaced, as (right, down); None: it does not fit anywhere near."""
    if box.area > LARGE:
        return None
    content, around = _part(old, box), _grown(box, REACH)
    field = _part(new, around)
    if field.shape[0] < content.shape[0] or field.shape[1] < content.shape[1]:
        return None
    far = cv2.matchTemplate(np.ascontiguousarray(field), np.ascontiguousarray(content), cv2.TM_SQDIFF)
    in_place = float(far[box.y - around.y, box.x - around.x])
    least, _, (x, y), _ = cv2.minMaxLoc(far)
    step = (x - (box.x - around.x), y - (box.y - around.y))
    return step if step != (0, 0) and least <= FITS_RATIO * in_place else None


def _same(old: Pixels, here: Box, new: Pixels, there: Box) -> bool:
    if abs(here.width - there.width) > 2 or abs(here.height - there.height) > 2:
        return False
    size = (min(here.height, there.height), min(here.width, there.width))
    shared = (replace(here, height=size[0], width=size[1]), replace(there, height=size[0], width=size[1]))
    before, after = _sample(old, shared[0]), _sample(new, shared[1])
    apart = float(np.abs(before.astype(np.int16) - after).mean())
    spread = float(np.abs(before.astype(np.int16) - before.mean(axis=(0, 1))).mean())
    return apart <= FITS_RATIO * max(spread, 1.0)


def _grey(part: Pixels) -> Grey:
    return cast(Grey, cv2.cvtColor(np.ascontiguousarray(part), cv2.COLOR_RGB2GRAY))


def _has_same_shapes(before: Pixels, after: Pixels) -> bool:
    """Whether light and dark stand at the same places, whichever way round."""
    one, other = (_grey(part).astype(np.float64).ravel() for part in (before, after))
    one -= one.mean()
    other -= other.mean()
    strength = float(np.sqrt((one @ one) * (other @ other)))
    return strength > 0 and abs(float(one @ other)) >= SAME_SHAPES * strength


def _in_text(picture: Pixels, box: Box) -> bool:
    """Whether thin strokes on an even ground stand there or right beside it."""
    if box.height > TEXT_HEIGHT:
        return False
    grey = _grey(_part(picture, _grown(box, CONTEXT)))
    ground = int(np.median(grey))
    contrast = int(np.abs(grey.astype(np.int16) - ground).max())
    if contrast < CONTRAST:
        return False
    ink = (np.abs(grey.astype(np.int16) - ground) > 0.4 * contrast).astype(np.uint8)
    share = float(ink.mean())
    if not INK[0] <= share <= INK[1]:
        return False
    thick = max(4, round(STROKE_RATIO * box.height))
    left = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((thick, thick), np.uint8))
    return int(left.sum()) <= 0.2 * int(ink.sum())
