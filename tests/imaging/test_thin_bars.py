"""Thin bars and grey pills are content: no shape that a change happens to have excuses it.

Until now an upright line of one colour passed as a blinking caret and a grey pill near an edge as a scrollbar: dividers that
went, bars of a chart that shrank, a footer replaced by its skeleton, all with score 0.000. Runs hide both before they look.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspect_pipelines.imaging.measurement import measure

TOLERANCE = 0.02
WHITE, TRACK, PILL = 255, 252, 139
HEIGHT, WIDTH = 240, 320


def page():
    picture = np.full((HEIGHT, WIDTH, 3), WHITE, np.uint8)
    picture[20:26, 20:200] = 90
    return picture


def with_bar(picture, x, y, wide, tall, ink):
    picture = picture.copy()
    picture[y : y + tall, x : x + wide] = ink
    return picture


bars = st.tuples(
    st.integers(10, WIDTH - 20),
    st.integers(40, HEIGHT - 130),
    st.integers(1, 3),
    st.integers(8, 120),
    st.sampled_from([(0, 0, 0), (20, 90, 200), (200, 30, 30), (110, 110, 110)]),
)


@settings(max_examples=60, deadline=None)
@given(bars)
def test_a_bar_that_comes_or_goes_is_seen(bar):
    found = measure(page(), with_bar(page(), *bar))

    assert found.score > TOLERANCE
    assert measure(with_bar(page(), *bar), page()).score > TOLERANCE


@settings(max_examples=30, deadline=None)
@given(bars, st.integers(8, 60))
def test_a_bar_that_moves_is_seen(bar, by):
    x, y, wide, tall, ink = bar
    moved = with_bar(page(), (x + by) % (WIDTH - 20), y, wide, tall, ink)

    assert measure(with_bar(page(), *bar), moved).score > TOLERANCE


@settings(max_examples=30, deadline=None)
@given(bars)
def test_a_bar_of_a_chart_that_shrinks_is_seen(bar):
    x, y, wide, _, ink = bar
    old = with_bar(page(), x, y, wide, 100, ink)
    new = with_bar(page(), x, y + 50, wide, 50, ink)

    assert measure(old, new).score > TOLERANCE


@pytest.mark.parametrize("grey", [0xDD, 0xE5])
@pytest.mark.parametrize("wide", [1, 2])
@pytest.mark.parametrize("is_upright", [True, False])
def test_a_light_hairline_that_comes_or_goes_is_seen(grey: int, wide: int, is_upright: bool):
    """A divider of #ddd on white scored 0.017: a sixteenth of its place differed, so it went unseen."""
    new = (
        with_bar(page(), 40, 60, wide, 160, grey) if is_upright else with_bar(page(), 40, 60, 220, wide, grey)
    )

    assert measure(page(), new).score > TOLERANCE
    assert measure(new, page()).score > TOLERANCE


def test_a_hairline_that_nobody_sees_and_a_faint_area_are_judged_as_before():
    line, area = with_bar(page(), 40, 60, 1, 160, 0xF7), with_bar(page(), 40, 60, 90, 90, 0xFC)

    assert measure(page(), line).score < TOLERANCE
    assert measure(page(), area).score < TOLERANCE


def test_all_dividers_of_a_table_gone_are_seen():
    old = page()
    for x in range(40, 300, 40):
        old = with_bar(old, x, 60, 1, 100, (120, 120, 120))

    found = measure(old, page())

    assert found.score > TOLERANCE
    assert len(found.regions) == 7


@pytest.mark.parametrize("is_upright", [True, False])
def test_a_footer_that_became_a_grey_pill_is_seen(is_upright: bool):
    """A skeleton pill in a pale strip at the edge excused the whole strip, whatever the other side showed there."""
    old, new = page(), page()
    old[-40:, :] = new[-40:, :] = TRACK
    old[-30:-12, 200:310] = (20, 90, 200)
    new[-26:-14, 100:300] = PILL
    if not is_upright:
        old, new = old.transpose(1, 0, 2).copy(), new.transpose(1, 0, 2).copy()

    assert measure(old, new).score > TOLERANCE


def test_a_scrollbar_is_a_difference_that_people_mask_if_they_do_not_want_it():
    new = page()
    new[:, -15:] = TRACK
    new[60:200, -12:-3] = PILL

    assert measure(page(), new).score > TOLERANCE
