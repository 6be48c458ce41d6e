from __future__ import annotations

import time
from itertools import combinations

import numpy as np
import pytest

from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import Band, BandKind, ChangeKind, Region
from inspect_pipelines.imaging.colour import ciede2000
from inspect_pipelines.imaging.drawing import CHANGED, INK, INSERTED, OF_KIND, PAPER, REMOVED, encode
from inspect_pipelines.imaging.overlay import overlay
from inspect_pipelines.imaging.picture import decode
from patience import allowed

PAGE = np.random.default_rng(5).integers(0, 255, (300, 400, 3), dtype=np.uint8)


def colours(picture):
    return set(map(tuple, picture.reshape(-1, 3).tolist()))


def test_the_overlay_has_the_size_of_the_page():
    assert decode(overlay(PAGE, [])).shape == PAGE.shape


def test_a_changed_region_keeps_its_colours_inside_a_box_on_a_pale_page():
    drawn = decode(overlay(PAGE, [Region(Box(100, 80, 60, 40), 100)]))

    assert np.array_equal(drawn[80:120, 100:160], PAGE[80:120, 100:160])
    assert tuple(drawn[72, 130]) == CHANGED
    assert drawn[:40].min() >= 150
    assert (drawn[:40, :, 0] == drawn[:40, :, 1]).all()


@pytest.mark.parametrize("kind", ChangeKind)
def test_each_kind_has_a_colour_of_its_own_and_says_its_name(kind):
    drawn = decode(overlay(np.full_like(PAGE, 90), [Region(Box(100, 80, 60, 40), 100, kind=kind)]))

    assert tuple(drawn[72, 130]) == OF_KIND[kind]
    tag = drawn[45:68, 90:180].reshape(-1, 3)
    assert (tag == OF_KIND[kind]).all(axis=1).sum() > 200
    letters = INK if np.dot(OF_KIND[kind], (0.299, 0.587, 0.114)) >= 110 else PAPER
    assert (np.abs(tag.astype(int) - letters).max(axis=1) < 30).sum() > 20


def test_kinds_stay_apart_with_every_common_kind_of_colour_blindness():
    """Machado, Oliveira, Fernandes 2009, severity 1.0, on linear light."""
    simulations = (
        ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
        ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
        ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
    )
    linear = (np.array(list(OF_KIND.values())) / 255) ** 2.2
    for matrix in simulations:
        seen = np.clip(linear @ np.array(matrix).T, 0, 1) ** (1 / 2.2) * 255
        for one, other in combinations(seen, 2):
            assert ciede2000(one[None], other[None])[0] > 9


def test_a_label_covers_neither_what_changed_nor_another_label():
    regions = [Region(Box(x, y, 30, 14), 10) for y in (0, 40, 80, 286) for x in range(0, 400, 60)]

    drawn = decode(overlay(PAGE, regions))

    for region in regions:
        box = region.box
        part = np.s_[box.y : box.y + box.height, box.x : box.x + box.width]
        assert np.array_equal(drawn[part], PAGE[part])


def test_a_tall_page_is_drawn_within_seconds():
    page = np.full((20_000, 1280, 3), 255, np.uint8)
    page[::28, 40:700] = 30
    regions = [Region(Box(40, y, 200, 40), 10) for y in range(100, 20_000, 400)]

    began = time.perf_counter()
    drawn = decode(overlay(page, regions))

    assert drawn.shape == page.shape
    assert time.perf_counter() - began < allowed(20)  # 0.8 s on a quiet machine


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
