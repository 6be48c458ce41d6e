from __future__ import annotations

import numpy as np
import pytest

from inspect_pipelines.imaging.measurement import measure

WHITE, TRACK, THUMB = 255, 252, 139  # levels of Chromium's bar on a white page


def page(height=400, width=300):
    picture = np.full((height, width, 3), WHITE, np.uint8)
    picture[40:44, 20:200] = 90
    return picture


def bar(picture, thumb, *, arrows=False, scale=1):
    """A bar at the right edge, as Chromium draws it: 15 px wide, its thumb 9, with round ends."""
    picture = picture.copy()
    wide, rim = 15 * scale, 3 * scale
    picture[:, -wide:] = TRACK
    top, bottom = thumb
    picture[top:bottom, -wide + rim : -rim] = THUMB
    for y in (top, bottom - 1):
        picture[y, [-wide + rim, -rim - 1]] = 200
    if arrows:
        middle = -wide // 2
        for row in range(4):
            for y in (6 + row, len(picture) - 7 - row):
                picture[y, middle - row : middle + row + 1] = THUMB
    return picture


def seen(old, new):
    found = measure(old, new)
    return found.score, found.ignored


def test_a_blinking_caret_is_left_out_and_said():
    new = page()
    new[100:117, 60] = 20

    found = measure(page(), new)

    assert (found.score, found.regions, found.ignored) == (0.0, (), ("caret at x=60, y=100",))
    assert found.changed_ratio == 17 / (400 * 300)


def test_a_caret_that_touches_a_letter_is_a_caret():
    old = page()
    old[106:108, 56:61] = (90, 90, 90)
    new = old.copy()
    new[100:117, 60] = 0

    assert seen(old, new) == (0.0, ("caret at x=60, y=100",))


def test_a_line_of_another_shape_is_no_caret():
    for part in (np.s_[100:300, 60], np.s_[100:117, 60:66], np.s_[100, 60:90]):
        new = page()
        new[part] = 20
        assert measure(page(), new).score > 0.02


def test_a_stroke_with_soft_ends_is_no_caret():
    new = page()
    new[100:117, 60] = 20
    new[[100, 116], 60] = 140

    assert measure(page(), new).score > 0.02


def test_a_change_beside_a_caret_is_still_seen():
    new = page()
    new[100:117, 60] = 20
    new[200:230, 60:90] = (200, 30, 30)

    found = measure(page(), new)

    assert found.score > 0.02
    assert len(found.regions) == len(found.ignored) == 1


@pytest.mark.parametrize("arrows", [False, True])
@pytest.mark.parametrize("scale", [1, 2, 3])
def test_a_scrollbar_that_comes_or_moves_is_left_out(arrows: bool, scale: int):
    bare, left = page(width=400 * scale), f"scrollbar at x={385 * scale}, y=0"
    first, second = (bar(bare, thumb, arrows=arrows, scale=scale) for thumb in ((60, 200), (120, 320)))

    assert seen(bare, first) == (0.0, (left,))
    assert seen(first, second) == (0.0, (left,))
    assert seen(second, bare) == (0.0, (left,))


def test_a_bar_over_a_coloured_page_is_left_out():
    old = page()
    old[:, :] = (20, 90, 60)

    assert seen(old, bar(old, (60, 200), arrows=True)) == (0.0, ("scrollbar at x=285, y=0",))


def test_a_lying_bar_is_left_out():
    turned = page(300, 400).transpose(1, 0, 2)
    new = bar(turned, (60, 200)).transpose(1, 0, 2)

    assert seen(page(300, 400), new) == (0.0, ("scrollbar at x=0, y=285",))


def test_a_bar_inside_the_page_that_went_is_left_out():
    old = page()
    old[100:300, 100:115] = bar(page(200, 15), (40, 120), arrows=True)
    ground = old.copy()
    ground[100:300, 100:115] = 30

    assert seen(old, ground) == (0.0, ("scrollbar at x=100, y=100",))


def test_a_coloured_strip_at_the_edge_is_no_scrollbar():
    new = page()
    new[:, -15:] = (200, 60, 60)

    assert measure(page(), new).score > 0.02


@pytest.mark.parametrize("width", [16, 21, 40])
def test_an_icon_in_a_column_of_its_own_is_no_scrollbar(width: int):
    new = page()
    new[60 : 60 + width, -width - 8 : -8] = 120
    new[60 : 60 + width // 2, -width - 8 : -width] = WHITE
    new[200:210, -width - 8 : -8] = 120

    assert measure(page(), new).score > 0.02
    assert measure(new, page()).ignored == ()


def test_what_changes_beside_a_bar_is_still_seen():
    old, new = (bar(page(), thumb, arrows=True) for thumb in ((60, 200), (120, 320)))
    new[200:230, 60:90] = (200, 30, 30)

    found = measure(old, new)

    assert found.score > 0.02
    assert (len(found.regions), found.ignored) == (1, ("scrollbar at x=285, y=0",))
