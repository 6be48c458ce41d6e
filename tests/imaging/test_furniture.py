from __future__ import annotations

import numpy as np

from inspect_pipelines.imaging.measurement import measure


def page(height=400, width=300):
    picture = np.full((height, width, 3), 255, np.uint8)
    picture[40:44, 20:200] = 90
    return picture


def barred(thumb, picture=None):
    picture = page() if picture is None else picture
    picture[:, -15:] = 241
    picture[thumb, -13:-2] = 193
    return picture


def test_a_blinking_caret_is_left_out_and_said():
    new = page()
    new[100:117, 60] = 20

    found = measure(page(), new)

    assert (found.score, found.regions, found.ignored) == (0.0, (), ("caret at x=60, y=100",))
    assert found.changed_ratio == 17 / (400 * 300)


def test_a_line_of_another_shape_is_no_caret():
    for part in (np.s_[100:300, 60], np.s_[100:117, 60:66], np.s_[100, 60:90]):
        new = page()
        new[part] = 20
        assert measure(page(), new).score > 0.02


def test_a_change_beside_a_caret_is_still_seen():
    new = page()
    new[100:117, 60] = 20
    new[200:230, 60:90] = (200, 30, 30)

    found = measure(page(), new)

    assert found.score > 0.02
    assert len(found.regions) == len(found.ignored) == 1


def test_a_scrollbar_that_comes_or_moves_is_left_out():
    assert measure(page(), barred(np.s_[0:200])).score == 0.0
    moved = measure(barred(np.s_[0:200]), barred(np.s_[120:320]))
    assert (moved.score, moved.ignored) == (0.0, ("scrollbar at x=287, y=0",))


def test_a_coloured_strip_at_the_edge_is_no_scrollbar():
    new = page()
    new[:, -15:] = (200, 60, 60)

    assert measure(page(), new).score > 0.02
