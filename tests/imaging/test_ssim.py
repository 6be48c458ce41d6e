from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.metrics import structural_similarity

from inspect_pipelines.imaging.ssim import ssim


def defined(old, new):
    return structural_similarity(old, new, channel_axis=-1, data_range=255)


def picture(height, width, seed):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


sides = st.integers(7, 90)
boxes = st.lists(
    st.tuples(st.integers(0, 80), st.integers(0, 80), st.integers(1, 40), st.integers(1, 40)), max_size=4
)


@given(sides, sides, boxes, st.integers(0, 99))
def test_the_changed_windows_give_the_answer_of_the_full_computation(height, width, changes, seed):
    old, other = picture(height, width, seed), picture(height, width, seed + 1)
    new = old.copy()
    for x, y, w, h in changes:
        new[y : y + h, x : x + w] = other[y : y + h, x : x + w]

    assert ssim(old, new) == pytest.approx(defined(old, new), abs=1e-9)


@pytest.mark.parametrize(
    "name", ["orange button", "another word", "sub-pixel text", "dark page", "grey page"]
)
def test_real_pages_have_the_index_of_scikit_image(shots, name):
    assert ssim(shots["page"], shots[name]) == pytest.approx(defined(shots["page"], shots[name]), abs=1e-9)


def test_equal_pictures_have_exactly_1():
    assert ssim(picture(40, 40, 1), picture(40, 40, 1)) == 1.0


@pytest.mark.parametrize(("old", "new"), [((6, 40), (6, 40)), ((40, 40), (41, 40)), ((40, 40), (40, 41))])
def test_what_has_no_index_has_none(old, new):
    assert ssim(picture(*old, 1), picture(*new, 2)) is None
