from __future__ import annotations

import numpy as np
import pytest

from inspect_pipelines.imaging.fingerprint import is_same_change
from inspect_pipelines.imaging.measurement import measure
from pictures import text


def mark(old, new):
    return measure(old, new).fingerprint


def test_no_change_has_no_fingerprint_and_is_like_nothing():
    assert mark(text("Save"), text("Save")) == ""
    assert not is_same_change("", "")


@pytest.mark.parametrize("right", [0.0, 0.3, 0.5, 1.0, -1.0])
@pytest.mark.parametrize("down", [0.0, 0.5, 1.0])
def test_a_change_that_jitters_is_the_same_change(right, down):
    old = text("Total: 1,284 orders")
    first = mark(old, text("Total: 1,934 orders"))
    again = mark(
        text("Total: 1,284 orders", x=12 + right, y=12 + down),
        text("Total: 1,934 orders", x=12 + right, y=12 + down),
    )

    assert is_same_change(first, again)
    assert is_same_change(again, first)


@pytest.mark.parametrize(
    "other", ["Total: 1,784 orders", "Total: 1,234 orders", "Total: 7,284 orders", "Total:"]
)
def test_another_change_at_the_same_place_is_another(other):
    old = text("Total: 1,284 orders")

    assert not is_same_change(mark(old, text("Total: 1,984 orders")), mark(old, text(other)))


def test_a_button_in_another_wrong_colour_is_another_change():
    def button(colour):
        picture = np.full((100, 200, 3), 255, np.uint8)
        picture[30:60, 40:140] = colour
        return picture

    blue = button((47, 111, 237))
    orange = mark(blue, button((217, 72, 15)))

    assert is_same_change(orange, mark(blue, button((216, 73, 15))))
    assert not is_same_change(orange, mark(blue, button((40, 160, 70))))
    assert not is_same_change(orange, mark(blue, button((190, 90, 60))))


def test_a_change_of_more_places_than_are_kept_is_like_nothing():
    """The six weightiest were compared, and a word about them passed whatever had changed in the seventh."""
    old = np.full((100, 800, 3), 255, np.uint8)
    new = old.copy()
    for left in range(0, 700, 100):
        new[30:60, left + 20 : left + 60] = (47, 111, 237)
    seven = mark(old, new)

    assert seven.startswith("v1:7;")
    assert not is_same_change(seven, seven)
