"""The sentence about a view, word for word."""

from __future__ import annotations

import pytest

from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import Band, BandKind, ChangeKind, Measurement, Region
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.sentence import OF_A_DIFF, Sides, sentence, told

POLICY = BaselinePolicy()
BOX = Box(40, 84, 24, 20)


def region(kind=ChangeKind.REPLACED, **more):
    return Region(BOX, 100, **{"kind": kind, "colour_mean": 14.2, **more})


def found(*regions, bands=(), score=0.5, changed_ratio=0.1, **more):
    rows = {
        kind: sum(band.height for band in bands if band.kind is kind)
        for kind in (BandKind.INSERTED, BandKind.REMOVED)
    }
    return Measurement(
        score,
        "method",
        changed_ratio,
        regions,
        rows[BandKind.INSERTED],
        rows[BandKind.REMOVED],
        tuple(bands),
        **more,
    )


def said(measurement, *, passed=False, old=(400, 300), new=(400, 300), blank=False, policy=POLICY, **more):
    return sentence(
        measurement, 0.02, policy, passed=passed, sides=Sides(old, new, new_is_blank=blank), **more
    )


def facts(measurement, **more):
    return said(measurement, **more).rpartition(" (score")[0]


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (region(element="button 'Pay'"), "button 'Pay' changed"),
        (region(), "an area of 24x20 px at x=40, y=84 changed"),
        (
            region(ChangeKind.COLOUR, element="button 'Pay'"),
            "button 'Pay' changed colour clearly (14 of 100)",
        ),
        (region(ChangeKind.MOVED, element="image", moved_by=(3, 0)), "image moved 3 px right"),
        (region(ChangeKind.MOVED, element="image", moved_by=(-3, 2)), "image moved 3 px left and 2 px down"),
        (region(ChangeKind.MOVED, element="image", moved_by=(0, -2)), "image moved 2 px up"),
        (region(ChangeKind.MOVED, element="image", moved_by=(0, 0)), "image moved"),
        (region(ChangeKind.MOVED, element="image"), "image moved"),
        (region(ChangeKind.APPEARED, element="form"), "content of 24x20 px appeared in form"),
        (region(ChangeKind.APPEARED), "content of 24x20 px appeared at x=40, y=84"),
        (region(ChangeKind.APPEARED, element="image 'Logo'", is_whole_element=True), "image 'Logo' appeared"),
        (region(ChangeKind.VANISHED, element="form"), "content of 24x20 px vanished from form"),
        (region(ChangeKind.VANISHED), "content of 24x20 px vanished at x=40, y=84"),
        (region(ChangeKind.VANISHED, element="image 'Logo'", is_whole_element=True), "image 'Logo' vanished"),
        (region(ChangeKind.TEXT, element="heading 'Total'"), "text of heading 'Total' changed"),
        (region(ChangeKind.TEXT), "text of 24x20 px changed at x=40, y=84"),
    ],
)
def test_each_kind_of_change_has_its_own_words(one, words):
    assert told(one) == words


@pytest.mark.parametrize(
    ("element", "old", "new", "words"),
    [
        ("heading 'Total 8'", "Total 9", "Total 8", "text of heading changed from 'Total 9' to 'Total 8'"),
        ("heading 'Total 9'", "Total 9", "Total 8", "text of heading changed from 'Total 9' to 'Total 8'"),
        (
            """link "It's on" """.strip(),
            "It's off",
            "It's on",
            """text of link changed from "It's off" to "It's on\"""",
        ),
        ("div [total]", "9 EUR", "8 EUR", "text of div [total] changed from '9 EUR' to '8 EUR'"),
        ("button 'Pay'", "9 EUR", "8 EUR", "text of button 'Pay' changed from '9 EUR' to '8 EUR'"),
        (None, "9", "8", "text changed from '9' to '8'"),
        ("cell", "9", "9", "text of cell changed"),
        ("cell", "9" * 50, "8", f"text of cell changed from '{'9' * 39}…' to '8'"),
    ],
)
def test_old_and_new_text_are_told_where_they_are_known(element, old, new, words):
    assert told(region(ChangeKind.TEXT, element=element, old_text=old, new_text=new)) == words


@pytest.mark.parametrize(
    ("old", "new", "was", "now"),
    [
        (
            "A shelf for all of your ideas. Everything you need.",
            "A shelf for all of your ideas. Everything we need.",
            "'…Everything you need.'",
            "'…Everything we need.'",
        ),
        ("a" * 60, f"{'a' * 60}b", f"'…{'a' * 12}'", f"'…{'a' * 12}b'"),
        ("Short", f"Short {'and long ' * 9}", "'Short'", f"'Short {('and long ' * 9)[:33]}…'"),
    ],
)
def test_long_texts_are_cut_round_what_differs(old, new, was, now):
    """`'..ideas. Everythin..' to '..ideas. Everythin..'` was all that a reader got."""
    assert told(region(ChangeKind.TEXT, element="p", old_text=old, new_text=new)) == (
        f"text of p changed from {was} to {now}"
    )


@pytest.mark.parametrize(("mean", "words"), [(3.2, "slightly (3"), (14, "clearly (14"), (49, "strongly (49")])
def test_how_much_a_colour_changed_is_told_in_words(mean, words):
    assert told(region(ChangeKind.COLOUR, element="nav", colour_mean=mean)) == (
        f"nav changed colour {words} of 100)"
    )


def test_texts_say_more_than_pixels_but_not_about_a_colour_or_a_move():
    texts = {"element": "cell '10'", "old_text": "9", "new_text": "10"}

    assert told(region(ChangeKind.APPEARED, **texts)) == "text of cell changed from '9' to '10'"
    assert told(region(ChangeKind.COLOUR, **texts)) == "cell '10' changed colour clearly (14 of 100)"
    assert told(region(ChangeKind.MOVED, **texts)) == "cell '10' moved"


def test_further_areas_are_counted():
    two = found(region(ChangeKind.COLOUR, element="button 'Pay'"), region())
    three = found(region(element="form"), region(), region())

    assert said(two) == (
        "button 'Pay' changed colour clearly (14 of 100) and 1 more area changed (score 0.500, tolerance 0.02)"
    )
    assert facts(three) == "form changed and 2 more areas changed"


def test_inserted_and_removed_rows_are_told_with_the_budget_they_broke():
    inserted, removed = Band(BandKind.INSERTED, 84, 120), Band(BandKind.REMOVED, 20, 3)

    assert said(found(bands=(inserted,)), new=(400, 420)).endswith(
        "120 px inserted at y=84 (score 0.500, tolerance 0.02, layout budget 4 px)"
    )
    assert said(found(bands=(removed,)), new=(400, 297)) == (
        "3 px removed at y=20 (score 0.500, tolerance 0.02)"
    )
    many = (inserted, Band(BandKind.INSERTED, 230, 30), Band(BandKind.INSERTED, 270, 10))
    assert facts(found(bands=many), new=(400, 460)) == "120 px inserted at y=84 and 2 more bands"
    assert facts(found(bands=many[:2]), new=(400, 450)) == "120 px inserted at y=84 and 1 more band"


def test_a_page_that_ends_earlier_or_goes_on_is_told_as_that():
    shorter = found(bands=(Band(BandKind.REMOVED, 100, 200),))
    longer = found(bands=(Band(BandKind.INSERTED, 300, 80),))
    both = found(bands=(Band(BandKind.INSERTED, 10, 40), Band(BandKind.REMOVED, 100, 240)))

    assert facts(shorter, new=(400, 100)) == "the page ends 200 px earlier"
    assert facts(longer, new=(400, 380)) == "the page goes on for 80 px more"
    assert facts(both, new=(400, 100)) == "40 px inserted at y=10, the page ends 240 px earlier"


def test_what_an_insertion_pushed_out_of_a_window_is_not_told_as_missing():
    pushed = found(bands=(Band(BandKind.INSERTED, 84, 60), Band(BandKind.REMOVED, 300, 60)))
    cut = found(bands=(Band(BandKind.REMOVED, 300, 60),))

    assert facts(pushed) == "60 px inserted at y=84"
    assert facts(cut) == "60 px removed at the end"


def test_another_width_is_told_first():
    assert facts(found(region()), new=(415, 300)).startswith("the width became 415 px, was 400 px, an area")


def test_what_a_wider_page_has_more_is_no_area_that_changed():
    beyond = Region(Box(400, 0, 15, 300), 4500)

    assert facts(found(beyond), new=(415, 300)) == "the width became 415 px, was 400 px"
    assert facts(found(region(element="nav"), beyond), new=(415, 300)).endswith("was 400 px, nav changed")


def test_a_blank_page_is_nothing_but_that():
    assert facts(found(region(), region()), blank=True) == "the page is blank"


def test_what_cannot_be_seen_is_told_as_that():
    assert said(found(score=0.01), passed=True) == (
        "no visible change, within what the plan allows (score 0.010, tolerance 0.02)"
    )
    assert facts(found(changed_ratio=0.04)) == "a faint change over 4.0% of the picture"
    assert facts(found(changed_ratio=0.00001)) == "a faint change over 0.1% of the picture"


def test_equal_pixels_are_told_in_the_terms_of_who_asks():
    equal = found(score=0.0, changed_ratio=0.0)

    assert said(equal, passed=True) == "the same pixels as approved"
    assert said(equal, passed=True, terms=OF_A_DIFF) == "the same pixels"
    assert facts(found(region(), score=0.01), passed=True, terms=OF_A_DIFF).endswith(
        "changed, within what is allowed"
    )


def test_a_broken_region_budget_is_told():
    measured = found(region(), score=0.01)

    assert said(measured, policy=BaselinePolicy(region_budget=0)).endswith("tolerance 0.02, region budget 0)")
    assert "budget" not in said(measured, policy=BaselinePolicy(region_budget=1))
