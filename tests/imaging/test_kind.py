from __future__ import annotations

import numpy as np
import pytest

from inspect_pipelines.domain.comparison import ChangeKind
from inspect_pipelines.imaging.measurement import measure
from pictures import text


def scene(*blots, height=300, width=400):
    """White ground with textured blots at (x, y)."""
    picture = np.full((height, width, 3), 255, np.uint8)
    icon = np.kron(np.random.default_rng(5).integers(0, 200, (6, 6, 3)), np.ones((5, 5, 1))).astype(np.uint8)
    for x, y in blots:
        picture[y : y + 30, x : x + 30] = icon
    return picture


def kinds(old, new):
    return [(region.kind, region.moved_by) for region in measure(old, new).regions]


def test_what_comes_appeared_and_what_goes_vanished():
    assert kinds(scene(), scene((100, 100))) == [(ChangeKind.APPEARED, None)]
    assert kinds(scene((100, 100)), scene()) == [(ChangeKind.VANISHED, None)]


@pytest.mark.parametrize("by", [(2, 0), (0, 3), (-4, 2), (12, 0), (0, -20)])
def test_what_stands_a_little_beside_moved(by):
    assert kinds(scene((100, 100)), scene((100 + by[0], 100 + by[1]))) == [(ChangeKind.MOVED, by)]


def test_what_stands_far_away_moved_too():
    assert kinds(scene((40, 40)), scene((300, 200))) == [(ChangeKind.MOVED, (260, 160))] * 2


def test_another_colour_of_the_same_shape_is_a_colour():
    old, new = scene(), scene()
    old[50:90, 50:150], new[50:90, 50:150] = (47, 111, 237), (217, 72, 15)
    assert kinds(old, new) == [(ChangeKind.COLOUR, None)]


def test_another_word_is_a_text():
    old, new = text("Total: 1,284 orders"), text("Total: 1,934 orders")

    assert [kind for kind, _ in kinds(old, new)] == [ChangeKind.TEXT]


def test_another_picture_replaces():
    old, new = scene((100, 100)), scene((100, 100))
    new[100:130, 100:130] = new[100:130, 100:130][::-1, ::-1].transpose(1, 0, 2)

    assert kinds(old, new) == [(ChangeKind.REPLACED, None)]


def test_a_region_says_how_far_its_colours_are_apart():
    old, new = scene(), scene()
    new[50:90, 50:150] = 0

    (region,) = measure(old, new).regions

    assert (region.colour_mean, region.colour_max) == (100.0, 100.0)


def test_a_flat_thing_in_the_place_of_another_has_replaced_it():
    """The demo's green button became a flat grey one, and the overlay said that it had vanished."""
    old, new = (np.full((200, 300, 3), 250, np.uint8) for _ in range(2))
    old[80:120, 60:240] = (32, 78, 64)
    old[90:110, 100:200:3] = 255
    new[80:120, 60:240] = 215

    (there,), (back,) = measure(old, new).regions, measure(new, old).regions

    assert (there.kind, back.kind) == (ChangeKind.REPLACED, ChangeKind.REPLACED)


def test_a_page_that_lost_all_it_had_has_no_surroundings_to_be_like():
    old, new = (np.full((40, 40, 3), 250, np.uint8) for _ in range(2))
    old[:] = np.random.default_rng(1).integers(0, 255, old.shape, dtype=np.uint8)

    (region,) = measure(old, new).regions

    assert region.kind is ChangeKind.VANISHED


@pytest.mark.parametrize("side", [300, 1400])
def test_a_large_area_is_told_from_a_sample_as_a_small_one_is_from_all(side):
    """All pixels of a page of 1280x8000 took seven seconds to be told, the verdict two."""
    old = np.full((side, side, 3), 250, np.uint8)
    old[:, 40 : side // 2][::9] = 40

    assert kinds(old, 255 - old) == [(ChangeKind.COLOUR, None)]
