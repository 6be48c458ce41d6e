"""Another colour of a text is seen over its letters together, where no place of it tells; other drawing of it is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_pipelines.imaging.measurement import measure
from inspect_pipelines.imaging.picture import Pixels
from inspect_pipelines.imaging.score import see
from inspect_pipelines.imaging.window import Window
from pictures import text

TOLERANCE = 0.02
WORDS = "Wind is the only tax"
DARK, LIGHT = (22, 27, 34), (255, 255, 255)


def seen(old: Pixels, new: Pixels) -> float:
    return see(old, new, [Window(0, old.shape[0], 0, old.shape[1])]).score


def by_stripes(words: str, **how: object) -> Pixels:
    """A text as it is drawn for a screen whose red, green and blue stand side by side, each spread over its neighbours."""
    apart = [text(words, x=12 + by, **how) for by in (0.4, 0, -0.4)]
    return np.stack([picture[..., channel] for channel, picture in enumerate(apart)], axis=2)


@pytest.mark.parametrize(
    ("before", "after", "ground"),
    [
        ((27, 36, 64), (57, 36, 57), LIGHT),
        ((201, 209, 217), (217, 199, 231), DARK),
        ((90, 90, 90), (120, 80, 60), LIGHT),
    ],
)
def test_a_text_in_another_colour_of_the_same_brightness_fails(before, after, ground):
    """Of two such pairs of the corpus each place had a score under 0.016, as far as a displacement excused it."""
    old = text(WORDS, size=14, ink=before, ground=ground)
    new = text(WORDS, size=14, ink=after, ground=ground)

    assert measure(old, new).score > TOLERANCE
    assert measure(old, new).regions


@pytest.mark.parametrize("size", [12, 13, 14, 16, 18])
def test_a_text_drawn_for_a_screens_stripes_passes(size):
    """Its fringes were differences of 0.025 at single places of a page in which nothing else had changed."""
    how = {"size": size, "ink": (31, 36, 48)}

    old, new = text("illicit million jiffy", **how), by_stripes("illicit million jiffy", **how)

    assert measure(old, new).score <= TOLERANCE


@given(
    st.floats(-0.5, 0.5),
    st.floats(-0.5, 0.5),
    st.tuples(*[st.integers(0, 255)] * 3),
    st.sampled_from([LIGHT, DARK]),
)
def test_a_coloured_text_displaced_by_half_a_pixel_passes(right, down, ink, ground):
    old = text(WORDS, size=14, ink=ink, ground=ground)
    new = text(WORDS, size=14, ink=ink, ground=ground, x=12 + right, y=12 + down)

    assert measure(old, new).score <= TOLERANCE


@given(st.tuples(*[st.integers(0, 255)] * 3), st.tuples(*[st.integers(0, 255)] * 3))
def test_it_is_the_same_both_ways(before, after):
    old, new = text(WORDS, size=14, ink=before), text(WORDS, size=14, ink=after)

    assert seen(old, new) == seen(new, old)
