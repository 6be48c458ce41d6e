"""Side by side: the approved page left, the new one right, rows that belong together at one height.

A tall page is shown where it changed, with its surroundings: a person looks for the change, not for the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import Band, BandKind, Region
from inspect_pipelines.imaging.drawing import (
    HALO,
    INK,
    INSERTED,
    OF_KIND,
    REMOVED,
    encode_spent,
    font_px,
    frame,
    lettered,
    put_labels,
)
from inspect_pipelines.imaging.picture import Pixels

GUTTER = 12  # px
HEAD_PX = 4  # above and below what says which side is which
GROUND = (226, 229, 234)  # where a side has nothing
TEAR = (150, 156, 168)  # a line where rows without a change are left out
TEAR_PX = 14
WHOLE_UPTO = 2400  # rows; up to here a page is shown as it is
CONTEXT = 160  # rows shown above and below what changed
NEAR = 240  # rows; fewer than these are not worth leaving out
MOST_PIXELS = 24_000_000  # of the finished picture; a quarter of a second to encode
MOST_SIDE = 32_000  # px; what image libraries and the gallery take
BAR = 3  # px of the line round rows that only one side has
FRAME = (2, 5)  # px from a box to both sides of its frame; the halo fills the rest
REACH = 7


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of the finished picture: from both sides, or from one."""

    old_y: int | None
    new_y: int | None
    height: int


def side_by_side(
    old: Pixels,
    new: Pixels,
    regions: Sequence[Region],
    bands: Sequence[Band] = (),
    heads: tuple[str, str] = ("approved", "new"),
) -> bytes:
    """A PNG of both pictures with the changed areas framed on both.

    Args:
        old, new: Of any sizes.
        regions, bands: As measured; in the new picture's coordinates.
        heads: What stands above the two sides.
    """
    rows = list(_rows(len(old), len(new), bands))
    width = old.shape[1] + GUTTER + new.shape[1]
    head = _head(heads, old.shape[1], width)
    most = min(MOST_PIXELS // width, MOST_SIDE) - len(head)
    parts = _parts(sum(each.height for each in rows), list(_changed(rows, regions)), max(most, 1))
    body = sum(bottom - top for top, bottom in parts) + TEAR_PX * (len(parts) - 1)
    canvas = np.full((len(head) + body, width, 3), GROUND, dtype=np.uint8)
    canvas[: len(head)] = head
    left, right = np.s_[:, : old.shape[1]], np.s_[:, old.shape[1] + GUTTER :]
    y = len(head)
    for number, (top, bottom) in enumerate(parts):
        if number:
            canvas[y + TEAR_PX // 2 - 1 : y + TEAR_PX // 2 + 1] = TEAR
            y += TEAR_PX
        strip = canvas[y : y + bottom - top]
        _draw_rows(strip[left], strip[right], old, new, _cut(rows, top, bottom))
        shown = [_placed(region, rows, top, bottom) for region in regions]
        _draw_frames(strip[left], shown)
        _draw_frames(strip[right], shown)
        y += bottom - top
    return encode_spent(canvas)


def _rows(old_height: int, new_height: int, bands: Iterable[Band]) -> Iterator[_Rows]:
    """Both pages' rows in one order, what only one side has between what both have."""
    old_y = new_y = 0
    for band in bands:
        shared = min(band.y - new_y, old_height - old_y)
        if shared > 0:
            yield _Rows(old_y, new_y, shared)
            old_y, new_y = old_y + shared, new_y + shared
        if band.kind is BandKind.INSERTED:
            yield _Rows(None, new_y, band.height)
            new_y += band.height
        else:
            yield _Rows(old_y, None, band.height)
            old_y += band.height
    shared = min(old_height - old_y, new_height - new_y)
    if shared > 0:
        yield _Rows(old_y, new_y, shared)


def _changed(rows: Sequence[_Rows], regions: Iterable[Region]) -> Iterator[tuple[int, int]]:
    """The finished picture's rows that show a change, the weightiest first."""
    for region in regions:
        top = _row_of(rows, region.box.y)
        yield top, _row_of(rows, region.box.y + region.box.height - 1) + 1
    y = 0
    for each in rows:
        if each.old_y is None or each.new_y is None:
            yield y, y + each.height
        y += each.height


def _row_of(rows: Sequence[_Rows], new_y: int) -> int:
    """Where a row of the new picture stands in the finished one."""
    y = 0
    for each in rows:
        if each.new_y is not None and each.new_y <= new_y < each.new_y + each.height:
            return y + new_y - each.new_y
        y += each.height
    return max(y - 1, 0)


def _parts(height: int, changed: Sequence[tuple[int, int]], most: int) -> list[tuple[int, int]]:
    """Which rows are shown, as (top, bottom) from top to bottom: all, or what changed until there is no more room."""
    if height <= min(WHOLE_UPTO, most) or not changed:
        return [(0, min(height, most))]
    parts: list[tuple[int, int]] = []
    for top, bottom in changed:
        more = _joined([*parts, (max(top - CONTEXT, 0), min(bottom + CONTEXT, height))])
        if sum(low - high + TEAR_PX for high, low in more) > most:
            break
        parts = more
    return parts or [(max(changed[0][0] - CONTEXT, 0), min(max(changed[0][0] - CONTEXT, 0) + most, height))]


def _joined(parts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for top, bottom in sorted(parts):
        if found and top - found[-1][1] < NEAR:
            found[-1] = (found[-1][0], max(found[-1][1], bottom))
        else:
            found.append((top, bottom))
    return found


def _cut(rows: Iterable[_Rows], top: int, bottom: int) -> Iterator[_Rows]:
    """The rows between two rows of the finished picture."""
    y = 0
    for each in rows:
        first, last = max(top - y, 0), min(bottom - y, each.height)
        if first < last:
            yield _Rows(
                None if each.old_y is None else each.old_y + first,
                None if each.new_y is None else each.new_y + first,
                last - first,
            )
        y += each.height


def _draw_rows(left: Pixels, right: Pixels, old: Pixels, new: Pixels, rows: Iterable[_Rows]) -> None:
    y = 0
    for each in rows:
        for side, picture, start in ((left, old, each.old_y), (right, new, each.new_y)):
            if start is not None:
                side[y : y + each.height] = picture[start : start + each.height]
        if each.old_y is None:
            _edge(right[y : y + each.height], INSERTED)
        if each.new_y is None:
            _edge(left[y : y + each.height], REMOVED)
        y += each.height


def _edge(rows: Pixels, colour: tuple[int, int, int]) -> None:
    """A bar down both sides of rows that only this picture has."""
    rows[:, :BAR] = rows[:, -BAR:] = colour
    rows[:BAR] = rows[-BAR:] = colour


def _placed(region: Region, rows: Sequence[_Rows], top: int, bottom: int) -> Region:
    """The region in the coordinates of one part; empty when another part shows it."""
    first = _row_of(rows, region.box.y)
    last = _row_of(rows, region.box.y + region.box.height - 1)
    if last < top or first >= bottom:
        return replace(region, box=Box(0, 0, 0, 0))
    return replace(region, box=replace(region.box, y=first - top, height=last - first + 1))


def _draw_frames(side: Pixels, regions: Sequence[Region]) -> None:
    for inner, outer, is_halo in ((0, REACH, True), (FRAME[0], FRAME[1], False)):
        for region in reversed(regions):
            if region.box.area:
                frame(side, region.box, inner, outer, HALO if is_halo else OF_KIND[region.kind])
    put_labels(side, regions, REACH)


def _head(heads: tuple[str, str], at: int, width: int) -> Pixels:
    """The line above both pictures that says which is which."""
    titles = [lettered(text, font_px(width // 2) + 4, INK, GROUND) for text in heads]
    line = np.full((max(len(title) for title in titles) + 2 * HEAD_PX, width, 3), GROUND, dtype=np.uint8)
    for title, x in zip(titles, (0, at + GUTTER), strict=True):
        part = title[:, : width - x]
        line[HEAD_PX : HEAD_PX + len(part), x : x + part.shape[1]] = part
    return line
