"""What must pass, what must fail, and the rules between: each picture here is drawn, so that each change is exact."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_pipelines.domain.box import Box
from inspect_pipelines.imaging.measurement import blanked, measure
from inspect_pipelines.imaging.score import see
from inspect_pipelines.imaging.window import Window, differing_rows, windows
from pictures import text

TOLERANCE = 0.02


def flat(colour=(255, 255, 255), height=96, width=96):
    return np.full((height, width, 3), colour, np.uint8)


@pytest.mark.parametrize("size", [11, 13, 16, 24])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [((31, 36, 48), (255, 255, 255)), ((107, 114, 128), (255, 255, 255)), ((228, 230, 234), (20, 22, 26))],
)
@pytest.mark.parametrize(
    ("right", "down"), [(0.1, 0), (0.3, 0), (0.5, 0), (0, 0.5), (0.4, 0.4), (1, 0), (0, 1)]
)
def test_text_rasterised_anew_up_to_a_pixel_away_passes(size, ink, ground, right, down):
    words = "Total: 1,284 orders, 3 open"
    old = text(words, size=size, ink=ink, ground=ground)
    new = text(words, size=size, ink=ink, ground=ground, x=12 + right, y=12 + down)

    assert measure(old, new).score <= TOLERANCE


@pytest.mark.parametrize("size", [13, 14, 18, 24])
@pytest.mark.parametrize(
    ("before", "after"), [("3", "8"), ("1", "7"), ("5", "6"), ("4", "9"), ("c", "e"), ("n", "h")]
)
def test_one_letter_fails(size, before, after):
    old = text(f"Total: 1{before}84 orders", size=size)
    new = text(f"Total: 1{after}84 orders", size=size)

    assert measure(old, new).score > TOLERANCE


@pytest.mark.parametrize(("right", "down"), [(2, 0), (0, 2), (3, 0), (-4, 0), (2, 2)])
@pytest.mark.parametrize("ink", [(31, 36, 48), (107, 114, 128)])
def test_text_two_pixels_away_fails(right, down, ink):
    old, new = text("Save", ink=ink), text("Save", ink=ink, x=12 + right, y=12 + down)

    assert measure(old, new).score > TOLERANCE


def test_a_bolder_text_fails():
    assert measure(text("Save changes"), text("Save changes", bold=4)).score > TOLERANCE


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((255, 255, 255), (238, 238, 238)),
        ((47, 111, 237), (47, 95, 237)),
        ((20, 22, 26), (34, 36, 40)),
        ((138, 95, 95), (90, 118, 95)),
        ((250, 240, 200), (250, 240, 178)),
    ],
)
def test_a_colour_step_of_5_over_24_px_fails_wherever_it_is(before, after):
    for x, y in ((0, 0), (33, 35), (68, 70)):
        new = flat(before)
        new[y : y + 24, x : x + 24] = after
        assert measure(flat(before), new).score > TOLERANCE


def test_a_colour_step_that_nobody_sees_passes():
    assert measure(flat((47, 111, 237)), flat((47, 111, 245))).score <= TOLERANCE
    assert measure(flat((255, 255, 255)), flat((253, 253, 253))).score == 0.0


@given(st.integers(0, 72), st.integers(0, 72), st.integers(6, 24), st.tuples(*[st.integers(0, 255)] * 3))
def test_how_the_windows_are_cut_makes_no_difference(x, y, size, colour):
    old = np.tile(text("Total: 1,284 orders"), (2, 1, 1))
    new = old.copy()
    new[y : y + size, x : x + size] = colour
    cut = windows(old, new, differing_rows(old, new))

    narrow, whole = see(old, new, cut), see(old, new, [Window(0, len(old), 0, 200)])

    assert narrow.score == whole.score
    assert np.array_equal(narrow.looks, whole.looks)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 40), st.integers(1, 40))
def test_a_mask_removes_exactly_its_area(x, y, width, height):
    old, new = flat(), flat()
    box = Box(x, y, width, height)
    new[y : y + height, x : x + width] = 0
    outside = new.copy()
    outside[-3:, -3:] = (200, 0, 0)

    assert measure(blanked(old, [box]), blanked(new, [box])).changed_ratio == 0.0
    assert measure(blanked(old, [box]), blanked(outside, [box])).changed_ratio == 9 / 96**2


@given(
    st.integers(0, 60),
    st.integers(0, 60),
    st.lists(st.integers(10, 120), min_size=2, max_size=5, unique=True),
)
def test_a_stronger_colour_step_never_lowers_the_score(x, y, steps):
    scores = []
    for step in sorted(steps):
        new = flat()
        new[y : y + 24, x : x + 24] = 255 - step
        scores.append(measure(flat(), new).score)

    assert scores == sorted(scores)


def test_the_same_pictures_give_the_same_bits():
    old, new = text("Total: 1,284 orders"), text("Total: 1,234 order", x=12.3)

    assert measure(old, new) == measure(old.copy(), new.copy())
