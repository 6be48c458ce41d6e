from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.color import deltaE_ciede2000

from inspect_pipelines.imaging.colour import ciede2000, ciede2000_lab, distance

colours = st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=1, max_size=30)
# Off the axes: CIEDE2000 jumps where two hues are exactly opposite, and there rounding decides on which side one stands.
chroma = st.integers(-12_000, 12_000).map(lambda n: n / 100 + 0.0037)
labs = st.lists(st.tuples(st.floats(0, 100), chroma, chroma), min_size=2, max_size=30)

# Sharma, Wu, Dalal 2005, table 1: pairs that trip up most implementations.
SHARMA = [
    ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
    ((50.0, -1.0, 2.0), (50.0, 0.0, 0.0), 2.3669),
    ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0009), 7.1792),
    ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0011), 7.2195),
    ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
    ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize(("one", "other", "far"), SHARMA)
def test_the_published_pairs_have_the_published_distance(one, other, far):
    assert ciede2000_lab(np.array([one]), np.array([other]))[0] == pytest.approx(far, abs=1e-4)


@given(labs)
def test_any_pair_has_the_distance_of_scikit_image(values):
    one, other = np.array(values[:-1]), np.array(values[1:])

    assert ciede2000_lab(one, other) == pytest.approx(deltaE_ciede2000(one, other), abs=1e-5)


@given(colours)
def test_distances_are_0_for_equal_and_the_same_both_ways(values):
    one = np.array(values, dtype=np.uint8)
    other = one[::-1]

    assert not distance(one, one).any()
    assert not ciede2000(one, one).any()
    assert np.array_equal(distance(one, other), distance(other, one))
    assert ciede2000(one, other) == pytest.approx(ciede2000(other, one), abs=1e-9)


def test_black_and_white_are_100_apart():
    black, white = np.zeros((1, 3), np.uint8), np.full((1, 3), 255, np.uint8)

    assert distance(black, white)[0] == pytest.approx(100, abs=0.01)
    assert ciede2000(black, white)[0] == pytest.approx(100, abs=0.01)
