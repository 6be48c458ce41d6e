from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from builders import ENVIRONMENT, a_baseline, a_screenshot, a_sha, a_view
from galleries import MemoryGallery
from inspect_pipelines.domain.baseline import image_of
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import Outcome, environment_changes
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.screenshot import Masked, Screenshot
from inspect_pipelines.imaging.drawing import encode
from inspect_pipelines.imaging.picture import decode
from inspect_pipelines.imaging.side_by_side import GUTTER
from inspect_pipelines.usecases.pictures.compare import compare
from pictures import text

POLICY = BaselinePolicy()
BUTTON = ("button 'Add to basket'", Box(40, 60, 120, 40))


def page(*boxes: tuple[Box, tuple[int, int, int]], height: int = 300) -> np.ndarray:
    """A page of grey lines, with some boxes painted on it."""
    picture = np.full((height, 400, 3), 255, np.uint8)
    for top in range(0, height, 20):
        picture[top : top + 8, 200 : 390 - top % 37] = 90 + top % 101
    for box, colour in boxes:
        picture[box.y : box.y + box.height, box.x : box.x + box.width] = colour
    return picture


BLUE = (BUTTON[1], (47, 111, 237))
ORANGE = (BUTTON[1], (217, 72, 15))


@pytest.fixture
def gallery() -> MemoryGallery:
    return MemoryGallery()


def taken(gallery: MemoryGallery, picture: np.ndarray, name: str = "home", **changes: Any) -> Screenshot:
    height, width = picture.shape[:2]
    values = {"width": width, "height": height, "elements": (BUTTON,)} | changes
    return a_screenshot(name, sha256=gallery.put(encode(picture)), **values)


def approved(*shots: Screenshot):
    run_id = RunId("01900000-0000-7000-8000-000000000001")
    return a_baseline(views=(), images={shot.view: image_of(shot, run_id) for shot in shots})


def compared(gallery, old, new, policy=POLICY):
    (comparison,) = compare(gallery, approved(old), [new], policy)
    return comparison


def recompressed(png: bytes) -> bytes:
    """The same pixels in other bytes."""
    buffer = io.BytesIO()
    Image.fromarray(decode(png)).save(buffer, "PNG", compress_level=1)
    assert buffer.getvalue() != png
    return buffer.getvalue()


def test_nothing_is_compared_when_nothing_is_approved_or_comparing_is_off(gallery):
    shot = taken(gallery, page())

    assert compare(gallery, None, [shot], POLICY) == []
    assert compare(gallery, approved(shot), [shot], BaselinePolicy(enabled=False)) == []


def test_the_same_picture_passes_without_being_opened(gallery):
    shot = a_screenshot(sha256=a_sha("9"))

    comparison = compared(gallery, shot, shot)

    assert (comparison.outcome, comparison.passed, comparison.score) == (Outcome.UNCHANGED, True, 0.0)
    assert comparison.reason == "the same picture as approved"


def test_equal_row_hashes_pass_without_decoding_either_picture(gallery):
    old = taken(gallery, page(BLUE))
    other = gallery.put(recompressed(encode(page(BLUE))), with_rows=True)
    gallery.kept_rows[old.sha256] = gallery.kept_rows[other]
    undecodable = gallery.hold(b"no picture at all")
    gallery.kept_rows[undecodable] = gallery.kept_rows[other]

    comparison = compared(gallery, replace(old, sha256=other), replace(old, sha256=undecodable))

    assert (comparison.passed, comparison.score) == (True, 0.0)
    assert comparison.reason == "the same pixels as approved"


def test_the_same_pixels_in_other_bytes_pass(gallery):
    old = taken(gallery, page(BLUE))
    new = replace(old, sha256=gallery.put(recompressed(encode(page(BLUE)))))

    comparison = compared(gallery, old, new)

    assert (comparison.passed, comparison.reason) == (True, "the same pixels as approved")


def test_a_recoloured_button_fails_and_is_named(gallery):
    comparison = compared(gallery, taken(gallery, page(BLUE)), taken(gallery, page(ORANGE)))

    assert (comparison.outcome, comparison.passed) == (Outcome.CHANGED, False)
    assert (
        comparison.reason
        == f"button 'Add to basket' changed colour strongly (49 of 100) (score {comparison.score:.3f}, tolerance 0.02)"
    )
    assert comparison.score_method == "visible-place-v5"
    assert [(r.element, r.box) for r in comparison.regions] == [BUTTON]


def test_the_overlay_of_a_changed_view_is_kept_in_the_gallery(gallery):
    comparison = compared(gallery, taken(gallery, page(BLUE)), taken(gallery, page(ORANGE)))

    drawn = decode(gallery.get(comparison.overlay_sha256))
    assert drawn.shape == (300, 400, 3)
    assert tuple(drawn[80, 100]) == ORANGE[1]


def test_a_changed_text_is_told_with_what_it_was_and_is(gallery):
    place = Box(0, 0, 200, 48)
    old = taken(gallery, text("Total 9"), elements=(("heading 'Total 9'", place),), texts=("Total 9",))
    new = taken(gallery, text("Total 8"), elements=(("heading 'Total 8'", place),), texts=("Total 8",))

    comparison = compared(gallery, old, new)

    assert comparison.reason.startswith("text of heading changed from 'Total 9' to 'Total 8' (score ")
    assert [(r.old_text, r.new_text) for r in comparison.regions] == [("Total 9", "Total 8")]


def test_both_sides_of_a_changed_view_are_kept_beside_each_other(gallery):
    comparison = compared(gallery, taken(gallery, page(BLUE)), taken(gallery, page(ORANGE)))

    drawn = decode(gallery.get(comparison.side_by_side_sha256))
    assert drawn.shape[1] == 400 + GUTTER + 400
    assert tuple(drawn[-300 + 80, 100]) == BLUE[1]
    assert tuple(drawn[-300 + 80, 400 + GUTTER + 100]) == ORANGE[1]


def test_pictures_that_the_gallery_does_not_take_do_not_stop_the_verdict(gallery):
    old, new = taken(gallery, page(BLUE)), taken(gallery, page(ORANGE))
    gallery.refuses_more = True

    comparison = compared(gallery, old, new)

    assert (comparison.passed, comparison.overlay_sha256, comparison.side_by_side_sha256) == (
        False,
        None,
        None,
    )
    assert comparison.reason.startswith("button 'Add to basket' changed colour")


def test_a_passing_view_leaves_no_overlay(gallery):
    before = taken(gallery, page(BLUE))
    after = taken(gallery, page((BUTTON[1], (47, 111, 243))))
    stored = len(gallery.images)

    comparison = compared(gallery, before, after)

    assert (comparison.outcome, comparison.passed, comparison.overlay_sha256) == (
        Outcome.UNCHANGED,
        True,
        None,
    )
    assert 0 < comparison.score <= 0.02
    assert comparison.reason.startswith("no visible change, within what the plan allows (score 0.0")
    assert len(gallery.images) == stored


def test_further_areas_are_counted(gallery):
    dot, other = (Box(20, 200, 40, 40), (0, 0, 0)), (Box(120, 200, 30, 30), (0, 0, 0))

    two = compared(gallery, taken(gallery, page(BLUE)), taken(gallery, page(BLUE, dot, other)))
    three = compared(gallery, taken(gallery, page(BLUE)), taken(gallery, page(ORANGE, dot, other)))

    assert two.reason.startswith(
        "an area of 40x40 px at x=20, y=200 changed colour strongly (100 of 100) and 1 more area changed ("
    )
    assert three.reason.startswith(
        "button 'Add to basket' changed colour strongly (49 of 100) and 2 more areas changed ("
    )


def test_an_inserted_band_is_told_with_its_place_and_its_budget(gallery):
    old = page(BLUE)
    new = np.concatenate([old[:84], np.full((120, 400, 3), 30, np.uint8), old[84:]])

    comparison = compared(gallery, taken(gallery, old), taken(gallery, new))

    assert (comparison.passed, comparison.layout_px) == (False, 120)
    assert comparison.reason == "120 px inserted at y=84 (score 0.000, tolerance 0.02, layout budget 4 px)"


def test_several_bands_are_counted(gallery):
    old = page(BLUE, height=600)
    band = np.full((60, 400, 3), 30, np.uint8)
    new = np.concatenate([old[:84], band, old[84:300], band[:30], old[300:]])

    comparison = compared(gallery, taken(gallery, old), taken(gallery, new))

    assert comparison.reason.startswith("60 px inserted at y=84 and 1 more band (")
    assert comparison.layout_px == 90


def test_a_band_within_the_layout_budget_passes(gallery):
    old = page(BLUE)
    new = np.concatenate([old[:84], np.full((3, 400, 3), 30, np.uint8), old[84:]])

    comparison = compared(gallery, taken(gallery, old), taken(gallery, new))

    assert (comparison.outcome, comparison.passed) == (Outcome.UNCHANGED, True)
    assert "within what the plan allows" in comparison.reason


def test_too_many_regions_fail_although_the_score_passes(gallery):
    policy = BaselinePolicy(tolerance=0.9, region_budget=0)

    comparison = compared(gallery, taken(gallery, page(BLUE)), taken(gallery, page(ORANGE)), policy)

    assert not comparison.passed
    assert comparison.reason.endswith("tolerance 0.9, region budget 0)")


def test_another_width_fails_and_says_so(gallery):
    wider = np.concatenate([page(BLUE), np.full((300, 15, 3), 255, np.uint8)], axis=1)

    comparison = compared(gallery, taken(gallery, page(BLUE)), taken(gallery, wider))

    assert (comparison.passed, comparison.score) == (False, 1.0)
    assert comparison.reason.startswith("the width became 415 px, was 400 px (score 1.000")


def test_a_wider_page_does_not_bury_what_changed_on_it(gallery):
    """A banner made the page 15 px wider: `an area of 15x300 px changed and 1 more area` hid the button's new colour."""
    wider = np.concatenate([page(ORANGE), np.full((300, 15, 3), 255, np.uint8)], axis=1)

    comparison = compared(gallery, taken(gallery, page(BLUE)), taken(gallery, wider))

    assert comparison.reason.startswith(
        "the width became 415 px, was 400 px, button 'Add to basket' changed colour strongly (49 of 100) (score"
    )


def test_a_faint_change_under_a_strict_tolerance_still_says_something(gallery):
    faint = taken(gallery, page((BUTTON[1], (47, 111, 243))))

    comparison = compared(gallery, taken(gallery, page(BLUE)), faint, BaselinePolicy(tolerance=0.0))

    assert not comparison.passed
    assert comparison.reason.startswith("a faint change over 4.0% of the picture (")


def test_the_views_own_tolerance_beats_the_plans(gallery):
    old, new = taken(gallery, page(BLUE)), taken(gallery, page(ORANGE))

    lenient = compared(gallery, old, replace(new, tolerance=0.99))
    strict = compared(gallery, old, replace(new, tolerance=0.0), BaselinePolicy(tolerance=0.99))

    assert (lenient.passed, lenient.tolerance) == (True, 0.99)
    assert (strict.passed, strict.tolerance) == (False, 0.0)


def test_views_of_one_side_are_added_or_removed_and_fail(gallery):
    home, pay, cart = (taken(gallery, page(), name) for name in ("home", "pay", "cart"))

    found = compare(gallery, approved(home, pay), [cart, home], POLICY)

    assert [(c.view.name, c.outcome, c.passed, c.score) for c in found] == [
        ("cart", Outcome.ADDED, False, 1.0),
        ("home", Outcome.UNCHANGED, True, 0.0),
        ("pay", Outcome.REMOVED, False, 1.0),
    ]
    assert found[0].reason == "new: nothing is approved for this view yet"
    assert found[2].reason == "missing: the baseline has this view, the run has not"
    assert (found[2].old_sha256, found[2].new_sha256) == (pay.sha256, None)


@pytest.mark.parametrize("side", ["approved", "new"])
def test_a_picture_that_is_gone_is_unreadable_and_never_a_pass(gallery, side):
    old, new = taken(gallery, page(BLUE)), taken(gallery, page(ORANGE))
    del gallery.images[(old if side == "approved" else new).sha256]

    comparison = compared(gallery, old, new)

    assert (comparison.outcome, comparison.passed, comparison.score) == (Outcome.UNREADABLE, False, 1.0)
    assert comparison.reason.startswith(f"the {side} picture cannot be read: picture '")


@pytest.mark.parametrize("broken", [b"", b"not a picture", encode(page())[:-30]])
def test_a_corrupt_picture_is_unreadable_and_never_a_pass(gallery, broken):
    old = replace(taken(gallery, page()), sha256=gallery.hold(broken))

    comparison = compared(gallery, old, taken(gallery, page()))

    assert (comparison.outcome, comparison.passed) == (Outcome.UNREADABLE, False)
    assert comparison.overlay_sha256 is None


def test_one_unreadable_view_does_not_stop_the_others(gallery):
    home, pay = taken(gallery, page(BLUE)), taken(gallery, page(BLUE), "pay")
    lost = replace(home, sha256=a_sha("9"))

    found = compare(gallery, approved(lost, pay), [home, pay], POLICY)

    assert [c.outcome for c in found] == [Outcome.UNREADABLE, Outcome.UNCHANGED]


def test_a_mask_that_moved_hides_what_it_covers_on_both_sides(gallery):
    pink = (255, 0, 255)
    before, after = Box(40, 120, 80, 20), Box(40, 150, 80, 20)
    old = taken(gallery, page(BLUE, (before, pink)), masked=(Masked(".clock", (before,)),))
    new = taken(gallery, page(BLUE, (after, pink)), masked=(Masked(".clock", (after,)),))

    assert compared(gallery, old, new).passed
    assert not compared(gallery, replace(old, masked=()), replace(new, masked=())).passed


def test_equal_masks_blank_nothing_more(gallery):
    masked = (Masked(".clock", (Box(0, 0, 390, 290),)),)
    old = taken(gallery, page(BLUE), masked=masked)
    new = taken(gallery, page(ORANGE), masked=masked)

    assert not compared(gallery, old, new).passed


def test_environment_changes_are_told_once_and_only_for_views_of_both_sides():
    old = [a_screenshot(name) for name in ("home", "pay", "gone")]
    other = replace(ENVIRONMENT, browser="Chromium 157")
    alien = replace(ENVIRONMENT, os="Fedora")
    new = [
        replace(old[0], environment=other),
        replace(old[1], environment=other),
        a_screenshot("new", environment=alien, view=a_view("new")),
    ]

    assert environment_changes(approved(*old), new) == (
        "browser 'Chromium 156.0.8078.79' became 'Chromium 157'",
    )
    assert environment_changes(approved(*old), old) == ()
