from __future__ import annotations

import numpy as np
import pytest

from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import Band, BandKind, ChangeKind, Region
from inspect_pipelines.imaging.drawing import CHANGED, INSERTED, OF_KIND, REMOVED
from inspect_pipelines.imaging.measurement import measure
from inspect_pipelines.imaging.picture import decode
from inspect_pipelines.imaging.side_by_side import (
    GROUND,
    GUTTER,
    MOST_PIXELS,
    MOST_SIDE,
    side_by_side,
)

PAGE = np.random.default_rng(5).integers(0, 255, (300, 400, 3), dtype=np.uint8)
CHANGED_PAGE = PAGE.copy()
CHANGED_PAGE[80:120, 100:160] = 7
REGION = Region(Box(100, 80, 60, 40), 100)


def sides(png, old, new):
    """Both sides below the head."""
    drawn = decode(png)
    assert drawn.shape[1] == old.shape[1] + GUTTER + new.shape[1]
    return drawn[:, : old.shape[1]], drawn[:, old.shape[1] + GUTTER :]


def test_the_approved_page_stands_left_and_the_new_one_right():
    left, right = sides(side_by_side(PAGE, CHANGED_PAGE, []), PAGE, CHANGED_PAGE)

    assert np.array_equal(left[-300:], PAGE)
    assert np.array_equal(right[-300:], CHANGED_PAGE)


def test_what_changed_is_framed_on_both_sides_and_not_covered():
    for side, page in zip(
        sides(side_by_side(PAGE, CHANGED_PAGE, [REGION]), PAGE, CHANGED_PAGE),
        (PAGE, CHANGED_PAGE),
        strict=True,
    ):
        shown = side[-300:]
        assert np.array_equal(shown[80:120, 100:160], page[80:120, 100:160])
        assert tuple(shown[76, 130]) == CHANGED
        assert tuple(shown[100, 96]) == CHANGED


@pytest.mark.parametrize("kind", ChangeKind)
def test_a_frame_has_the_colour_of_its_kind(kind):
    left, _ = sides(side_by_side(PAGE, CHANGED_PAGE, [Region(REGION.box, 1, kind=kind)]), PAGE, CHANGED_PAGE)

    assert tuple(left[-300:][76, 130]) == OF_KIND[kind]


def test_rows_that_belong_together_stand_at_one_height():
    band = np.full((64, 400, 3), 200, np.uint8)
    new = np.concatenate([PAGE[:90], band, PAGE[90:]])

    left, right = sides(side_by_side(PAGE, new, [], [Band(BandKind.INSERTED, 90, 64)]), PAGE, new)

    assert np.array_equal(right[-210:], left[-210:])
    assert np.array_equal(left[-364:-274], PAGE[:90])
    assert (left[-274:-210] == GROUND).all()
    assert tuple(right[-274, 200]) == INSERTED
    assert tuple(right[-240, 200]) == (200, 200, 200)


def test_removed_rows_are_shown_where_they_were():
    old = np.concatenate([PAGE[:90], np.full((64, 400, 3), 200, np.uint8), PAGE[90:]])

    left, right = sides(side_by_side(old, PAGE, [], [Band(BandKind.REMOVED, 90, 64)]), old, PAGE)

    assert tuple(left[-274, 200]) == REMOVED
    assert (right[-274:-210] == GROUND).all()
    assert np.array_equal(right[-210:], PAGE[90:])


def test_a_region_below_an_inserted_band_is_framed_where_it_stood_before():
    new = np.concatenate([PAGE[:20], np.full((64, 400, 3), 200, np.uint8), CHANGED_PAGE[20:]])
    region = Region(Box(100, 144, 60, 40), 100)

    left, right = sides(side_by_side(PAGE, new, [region], [Band(BandKind.INSERTED, 20, 64)]), PAGE, new)

    assert np.array_equal(left[-220:-180, 100:160], PAGE[80:120, 100:160])
    assert np.array_equal(right[-220:-180, 100:160], CHANGED_PAGE[80:120, 100:160])
    assert tuple(left[-224, 130]) == tuple(right[-224, 130]) == CHANGED


@pytest.mark.parametrize(
    ("old_shape", "new_shape"),
    [
        ((300, 400), (500, 400)),
        ((500, 400), (300, 400)),
        ((300, 400), (300, 415)),
        ((40, 900), (700, 30)),
        ((1, 1), (2, 3)),
    ],
)
def test_pages_of_any_sizes_are_shown(old_shape, new_shape):
    chance = np.random.default_rng(2)
    old, new = (chance.integers(0, 255, (*shape, 3), dtype=np.uint8) for shape in (old_shape, new_shape))
    found = measure(old, new)

    drawn = decode(side_by_side(old, new, found.regions, found.bands))

    assert drawn.shape[1] == old.shape[1] + GUTTER + new.shape[1]


def test_a_tall_page_is_shown_where_it_changed():
    old = np.random.default_rng(1).integers(0, 255, (20_000, 320, 3), dtype=np.uint8)
    new = old.copy()
    new[15_000:15_020, 100:160] = 0
    new[4000:4020, 10:60] = 0
    regions = [Region(Box(100, 15_000, 60, 20), 1), Region(Box(10, 4000, 50, 20), 1)]

    left, right = sides(side_by_side(old, new, regions), old, new)

    assert len(left) < 900
    upper, lower = right[-340 - 14 - 340 : -340 - 14], right[-340:]
    assert np.array_equal(upper[160:180, 10:60], new[4000:4020, 10:60])
    assert np.array_equal(lower[160:180, 100:160], new[15_000:15_020, 100:160])
    assert np.array_equal(left[-340:][160:180, 100:160], old[15_000:15_020, 100:160])


def test_a_page_that_changed_all_over_stays_within_what_a_gallery_takes():
    old = np.zeros((30_000, 1280, 3), np.uint8)
    new = np.full_like(old, 255)

    drawn = decode(side_by_side(old, new, [Region(Box(0, 0, 1280, 30_000), 1)]))

    assert drawn.shape[0] * drawn.shape[1] <= MOST_PIXELS
    assert drawn.shape[0] <= MOST_SIDE
