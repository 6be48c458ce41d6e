from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_pipelines.domain.comparison import Band, BandKind
from inspect_pipelines.imaging.alignment import Stretch, align

I, R = BandKind.INSERTED, BandKind.REMOVED  # noqa: E741


def rows(*values: int) -> np.ndarray:
    """A picture of one grey level a row."""
    return np.repeat(np.array(values, dtype=np.uint8)[:, None, None], 8, axis=1).repeat(3, axis=2)


PAGE = list(range(100))


@pytest.mark.parametrize(
    ("new", "bands"),
    [
        ([200] * 7 + PAGE, (Band(I, 0, 7),)),
        (PAGE[:40] + [200] * 7 + PAGE[40:], (Band(I, 40, 7),)),
        (PAGE + [200] * 7, (Band(I, 100, 7),)),
        (PAGE[7:], (Band(R, 0, 7),)),
        (PAGE[:40] + PAGE[47:], (Band(R, 40, 7),)),
        (PAGE[:93], (Band(R, 93, 7),)),
        (([200] * 7 + PAGE)[:100], (Band(I, 0, 7), Band(R, 100, 7))),
        (PAGE[:20] + [200] * 7 + PAGE[20:60] + PAGE[65:], (Band(I, 20, 7), Band(R, 67, 5))),
    ],
)
def test_an_inserted_or_removed_band_is_one_fact(new, bands):
    assert align(rows(*PAGE), rows(*new)).bands == bands


def test_a_changed_line_beside_an_insertion_is_compared_in_place():
    new = PAGE[:10] + [250] + PAGE[11:40] + [200] * 7 + PAGE[40:]

    alignment = align(rows(*PAGE), rows(*new))

    assert alignment.bands == (Band(I, 40, 7),)
    assert alignment.stretches == (Stretch(0, 0, 40), Stretch(40, 47, 60))


def test_repeated_rows_still_align_by_the_ones_that_are_unique():
    old = [9] * 20 + [1, 2, 3] + [9] * 20 + [4, 5, 6] + [9] * 20
    new = [9] * 20 + [1, 2, 3] + [9] * 32 + [4, 5, 6] + [9] * 20

    alignment = align(rows(*old), rows(*new))

    assert [(band.kind, band.height) for band in alignment.bands] == [(I, 12)]


def test_a_small_shift_within_a_page_of_the_same_height_stays_in_place():
    new = [*PAGE[:40], 200, 200, *PAGE[40:46], *PAGE[48:]]

    assert align(rows(*PAGE), rows(*new)).bands == ()


def test_another_page_altogether_stays_in_place():
    assert align(rows(*PAGE), rows(*range(100, 200))).bands == ()


def test_another_page_of_another_height_differs_by_its_end():
    assert align(rows(*PAGE), rows(*range(100, 230))).bands == (Band(I, 100, 30),)


@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=40),
    st.lists(st.integers(0, 5), min_size=1, max_size=40),
)
def test_every_row_of_both_pictures_is_in_one_stretch_or_one_band(old, new):
    alignment = align(rows(*old), rows(*new))

    height = sum(stretch.height for stretch in alignment.stretches)
    inserted = sum(band.height for band in alignment.bands if band.kind is I)
    removed = sum(band.height for band in alignment.bands if band.kind is R)
    assert (height + removed, height + inserted) == (len(old), len(new))
    for before, after in itertools.pairwise(alignment.stretches):
        assert before.old_y + before.height <= after.old_y
        assert before.new_y + before.height <= after.new_y
    if height:
        last = alignment.stretches[-1]
        assert alignment.new_row(height - 1) == last.new_y + last.height - 1


@given(st.integers(0, 100), st.integers(1, 60))
def test_an_inserted_band_is_found_wherever_it_is(y, height):
    new = PAGE[:y] + [200] * height + PAGE[y:]

    alignment = align(rows(*PAGE), rows(*new))
    old_rows, new_rows = alignment.aligned(rows(*PAGE), rows(*new))

    assert alignment.bands == (Band(I, y, height),)
    assert np.array_equal(old_rows, new_rows)
