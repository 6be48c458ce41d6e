from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import Band, BandKind
from inspect_pipelines.imaging.measurement import blanked, measure
from inspect_pipelines.imaging.score import SCORE_METHOD

TOLERANCE = 0.02
BUTTON = Box(40, 204, 178, 47)


def noise(picture, *, levels=2, seed=1):
    chance = np.random.default_rng(seed)
    hit = (chance.random(picture.shape[:2]) < 0.3)[..., None]
    steps = chance.integers(-levels, levels + 1, picture.shape) * hit
    return np.clip(picture.astype(int) + steps, 0, 255).astype(np.uint8)


def canvas(height=200, width=300, seed=3):
    """A page-like picture: white, with some grey lines of text."""
    chance = np.random.default_rng(seed)
    picture = np.full((height, width, 3), 255, np.uint8)
    for top in range(10, height - 10, 24):
        picture[top : top + 10, 10 : width - 20] = chance.integers(0, 2, (10, width - 30, 1)) * 200
    return picture


# The table of what must pass and what must fail at the default tolerance (reference/visual-diff.md, section 4).


@pytest.mark.parametrize("name", ["again", "slightly bluer button", "sub-pixel text"])
def test_a_harmless_difference_passes(shots, name):
    assert measure(shots["page"], shots[name]).score <= TOLERANCE


@pytest.mark.parametrize(
    "name",
    ["orange button", "button of equal luma", "another word", "moved by 2 px", "grey page", "dark page"],
)
def test_a_real_change_fails(shots, name):
    assert measure(shots["page"], shots[name]).score > TOLERANCE


def test_noise_of_two_levels_passes(shots):
    found = measure(shots["page"], noise(shots["page"]))

    assert found.score <= TOLERANCE
    assert found.changed_ratio > 0.2
    assert found.regions == ()


def test_anti_aliasing_is_no_region_of_its_own(shots):
    found = measure(shots["page"], shots["sub-pixel text"])

    assert found.changed_ratio > 0
    assert found.regions == ()


def test_a_flat_page_that_turns_grey_is_seen_although_nothing_has_an_edge():
    white = np.full((300, 400, 3), 255, np.uint8)

    found = measure(white, np.full_like(white, 240))

    assert found.score == pytest.approx(0.0535, abs=1e-4)  # L* 100 became 94.6
    assert [region.box for region in found.regions] == [Box(0, 0, 400, 300)]


def test_a_tall_page_gives_the_same_number_as_a_short_one(shots):
    short = measure(shots["page"], shots["orange button"])
    tall = measure(shots["tall page"], shots["tall page, orange button"])

    assert tall.score == pytest.approx(short.score, abs=1e-9)
    assert tall.regions == short.regions


def test_the_changed_button_is_one_region_of_its_size(shots):
    (region,) = measure(shots["page"], shots["orange button"]).regions

    assert abs(region.box.x - 40) <= 1
    assert (region.box.width, region.box.height) == (BUTTON.width, BUTTON.height)
    assert 0.5 * region.box.area < region.changed_pixels <= region.box.area


@pytest.mark.parametrize("tall", ["", "tall "])
def test_a_banner_is_one_band_and_no_red_page(shots, tall):
    found = measure(shots[f"{tall}page"], shots[f"{tall}page, banner" if tall else "banner"])

    inserted = [band for band in found.bands if band.kind is BandKind.INSERTED]
    assert inserted == [Band(BandKind.INSERTED, 0, 64)]
    assert (found.inserted_rows, found.layout_px, found.regions) == (64, 64, ())
    assert found.score <= TOLERANCE


def test_a_changed_word_below_a_new_banner_is_boxed_where_it_is_now(shots):
    new = shots["banner"].copy()
    new[300:320, 500:560] = (10, 10, 10)

    found = measure(shots["page"], new)

    assert [region.box for region in found.regions] == [Box(500, 300, 60, 20)]
    assert found.inserted_rows == 64


# Rules that hold for all pictures.


def test_equal_pictures_score_nothing():
    assert measure(canvas(), canvas()) == measure(canvas(3, 5), canvas(3, 5))
    assert measure(canvas(), canvas()).score == 0.0
    assert measure(canvas(), canvas()).score_method == SCORE_METHOD == "visible-place-v5"


boxes = st.builds(Box, st.integers(0, 290), st.integers(0, 190), st.integers(1, 200), st.integers(1, 120))
colours = st.tuples(*[st.integers(0, 255)] * 3)


@given(boxes, colours)
def test_the_score_is_between_0_and_1_and_the_same_both_ways(box, colour):
    old = canvas()
    new = old.copy()
    new[box.y : box.y + box.height, box.x : box.x + box.width] = colour

    there, back = measure(old, new), measure(new, old)

    assert 0.0 <= there.score <= 1.0
    assert there.score == back.score
    assert there.changed_ratio == back.changed_ratio
    assert (there.changed_ratio == 0) == np.array_equal(old, new)


@given(
    st.integers(0, 200),
    st.integers(0, 120),
    st.lists(st.integers(4, 90), min_size=2, max_size=5, unique=True),
)
def test_a_growing_blot_never_lowers_the_score(x, y, sizes):
    scores = []
    for size in sorted(sizes):
        new = np.full((200, 300, 3), 255, np.uint8)
        new[y : y + size, x : x + size] = 0
        scores.append(measure(np.full_like(new, 255), new).score)

    # The inside of a black blot differs by 0.9998, its edge by 1.0: room for that, not for less.
    assert all(later >= earlier - 1e-3 for earlier, later in itertools.pairwise(scores))


large_boxes = st.builds(
    Box, st.integers(0, 290), st.integers(0, 190), st.integers(8, 200), st.integers(8, 120)
)


@given(st.lists(large_boxes, min_size=1, max_size=4))
def test_every_changed_pixel_of_a_strong_change_is_inside_a_region(changes):
    old = np.full((200, 300, 3), 255, np.uint8)
    new = old.copy()
    for box in changes:
        new[box.y : box.y + box.height, box.x : box.x + box.width] = 0
    covered = np.zeros(old.shape[:2], bool)

    regions = measure(old, new).regions

    for region in regions:
        b = region.box
        assert b.x >= 0 <= b.y
        assert (b.x + b.width, b.y + b.height) <= (300, 200)
        covered[b.y : b.y + b.height, b.x : b.x + b.width] = True
    changed = (old != new).any(axis=2)
    assert changed[covered].sum() >= 0.9 * changed.sum()


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (27, 27), (28, 28), (5, 300), (300, 3)])
def test_tiny_pictures_are_compared_too(shape):
    old = np.full((*shape, 3), 255, np.uint8)
    new = np.zeros_like(old)

    found = measure(old, new)

    assert found.score == pytest.approx(1.0, abs=0.01)
    assert [region.box for region in found.regions] == [Box(0, 0, shape[1], shape[0])]


def test_a_wider_page_is_another_page_and_the_new_strip_is_shown():
    old = canvas()
    new = np.concatenate([old, np.zeros((200, 15, 3), np.uint8)], axis=1)

    wider, narrower = measure(old, new), measure(new, old)

    assert (wider.score, [r.box for r in wider.regions]) == (1.0, [Box(300, 0, 15, 200)])
    assert (narrower.score, narrower.regions) == (1.0, ())
    assert wider.changed_ratio == narrower.changed_ratio == pytest.approx(15 / 315)


def test_a_page_cut_off_at_the_end_lost_so_many_rows():
    found = measure(canvas(), canvas()[:150])

    assert (found.removed_rows, found.inserted_rows, found.score) == (50, 0, 0.0)


def test_areas_16_px_apart_are_one_and_farther_ones_are_two():
    old = np.full((200, 300, 3), 255, np.uint8)
    near, far = old.copy(), old.copy()
    near[40:56, 40:56] = near[40:56, 72:88] = 0
    far[40:56, 40:56] = far[40:56, 80:96] = 0

    assert len(measure(old, near).regions) == 1
    assert len(measure(old, far).regions) == 2


def test_the_heaviest_50_regions_are_kept_heaviest_first():
    old = np.full((600, 600, 3), 255, np.uint8)
    new = old.copy()
    for i in range(64):
        size = 16 if i == 40 else 8
        y, x = (i // 8) * 72, (i % 8) * 72
        new[y : y + size, x : x + size] = 0

    regions = measure(old, new).regions

    assert len(regions) == 50
    assert (regions[0].box.width, regions[0].box.height) == (16, 16)


@pytest.mark.parametrize(
    ("what", "score"),
    [(np.s_[300:303, 900:903], 0.02), (np.s_[500:508, 600:608], 0.03), (np.s_[650:652, 100:600], 0.05)],
)
def test_a_small_dot_badge_or_line_is_not_lost(shots, what, score):
    new = shots["page"].copy()
    new[what] = (220, 20, 20)

    found = measure(shots["page"], new)

    assert found.score > score
    assert len(found.regions) == 1


# Masks.


def test_blanking_hides_exactly_the_boxes():
    picture = canvas()

    painted = blanked(picture, [Box(-5, -5, 15, 15), Box(290, 190, 100, 100)])

    hidden = np.zeros(picture.shape[:2], bool)
    hidden[:10, :10] = hidden[190:, 290:] = True
    assert (painted[hidden] == (255, 0, 255)).all()
    assert np.array_equal(painted[~hidden], picture[~hidden])
