from __future__ import annotations

import numpy as np
import pytest

from inspect_pipelines.domain.comparison import Band, BandKind, Region
from inspect_pipelines.domain.playbook import Box
from inspect_pipelines.imaging.overlay import CHANGED, INSERTED, REMOVED, encode, overlay
from inspect_pipelines.imaging.picture import decode

PAGE = np.random.default_rng(5).integers(0, 255, (300, 400, 3), dtype=np.uint8)


def colours(picture):
    return set(map(tuple, picture.reshape(-1, 3).tolist()))


def test_the_overlay_has_the_size_of_the_page():
    assert decode(overlay(PAGE, [])).shape == PAGE.shape


def test_a_changed_region_keeps_its_colours_inside_a_box_on_a_pale_page():
    drawn = decode(overlay(PAGE, [Region(Box(100, 80, 60, 40), 100)]))

    assert np.array_equal(drawn[80:120, 100:160], PAGE[80:120, 100:160])
    assert tuple(drawn[72, 130]) == CHANGED
    assert drawn[:60].min() >= 150
    assert (drawn[:60, :, 0] == drawn[:60, :, 1]).all()


def test_the_box_has_a_halo_on_both_sides_so_that_it_shows_on_any_ground():
    drawn = decode(overlay(np.zeros_like(PAGE), [Region(Box(100, 80, 60, 40), 100)]))
    column = [tuple(drawn[y, 130].tolist()) for y in range(66, 80)]

    first, last = column.index(CHANGED), len(column) - 1 - column[::-1].index(CHANGED)
    assert column[first - 1] == column[last + 1] == (255, 255, 255)


def test_boxes_that_overlap_do_not_hide_what_changed():
    regions = [Region(Box(100, 80, 60, 40), 100), Region(Box(150, 110, 60, 40), 100)]

    drawn = decode(overlay(PAGE, regions))

    for box in (region.box for region in regions):
        part = np.s_[box.y : box.y + box.height, box.x : box.x + box.width]
        assert np.array_equal(drawn[part], PAGE[part])


@pytest.mark.parametrize(
    "box", [Box(0, 0, 5, 5), Box(395, 295, 5, 5), Box(0, 0, 400, 300), Box(390, 290, 60, 60)]
)
def test_a_box_at_the_edge_of_the_page_is_drawn_as_far_as_it_goes(box):
    assert decode(overlay(PAGE, [Region(box, 1)])).shape == PAGE.shape


def test_inserted_and_removed_rows_are_lines_of_different_colour_and_shape():
    bands = [Band(BandKind.INSERTED, 40, 60), Band(BandKind.REMOVED, 200, 30)]

    drawn = decode(overlay(PAGE, [], bands))

    assert colours(drawn[40]) == {INSERTED}
    assert colours(drawn[199]) == {REMOVED, (255, 255, 255)}


@pytest.mark.parametrize("y", [0, 300])
def test_a_band_at_the_end_of_the_page_is_still_seen(y):
    drawn = decode(overlay(PAGE, [], [Band(BandKind.REMOVED, y, 10)]))

    assert REMOVED in colours(drawn)


def test_encoding_keeps_every_pixel():
    assert np.array_equal(decode(encode(PAGE)), PAGE)
