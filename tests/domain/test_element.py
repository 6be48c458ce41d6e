"""Which element a changed area is, and what it said before and says now."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import Band, BandKind, ChangeKind, Region
from inspect_pipelines.domain.element import (
    before,
    element_at,
    named,
    reworded,
    selectors_at,
    selectors_within,
)


@dataclass
class Page:
    elements: tuple
    texts: tuple


def page(*items):
    return Page(tuple((name, box) for name, box, _ in items), tuple(text for _, _, text in items))


def one(kind, box, old, new, bands=()):
    (region,) = named([Region(box, 10, kind=kind)], bands, old, new)
    return region


MAIN = ("main", Box(0, 0, 400, 300), "")
TOTAL = Box(20, 40, 80, 20)


def test_a_region_is_named_by_the_smallest_element_that_holds_it():
    elements = [
        ("main", Box(0, 0, 1280, 720)),
        ("button 'Pay'", Box(98, 98, 104, 44)),
        ("icon", Box(100, 100, 8, 8)),
    ]

    assert element_at(Box(100, 100, 100, 40), elements) == "button 'Pay'"


def test_a_region_that_nothing_holds_is_named_by_what_it_meets_best():
    elements = [
        ("logo", Box(0, 0, 20, 20)),
        ("price", Box(100, 100, 40, 20)),
        ("word", Box(190, 100, 20, 20)),
    ]

    assert element_at(Box(90, 95, 110, 40), elements) == "price"


def test_a_region_beside_every_element_has_no_name():
    assert element_at(Box(500, 500, 10, 10), [("logo", Box(0, 0, 20, 20))]) is None
    assert element_at(Box(20, 0, 10, 10), [("logo", Box(0, 0, 20, 20))]) is None


def test_old_and_new_text_are_those_of_the_element_in_both_pages():
    old = page(MAIN, ("heading 'Total 9'", TOTAL, "Total 9"))
    new = page(MAIN, ("heading 'Total 8'", TOTAL, "Total 8"))

    region = one(ChangeKind.TEXT, Box(80, 42, 10, 14), old, new)

    assert (region.element, region.old_text, region.new_text) == ("heading 'Total 8'", "Total 9", "Total 8")


def test_old_text_is_looked_for_where_the_element_stood_before():
    old = page(("cell '9'", Box(20, 40, 80, 20), "9"), ("cell '7'", Box(20, 140, 80, 20), "7"))
    new = page(("cell '8'", Box(20, 140, 80, 20), "8"))

    region = one(ChangeKind.TEXT, Box(30, 142, 10, 14), old, new, [Band(BandKind.INSERTED, 10, 100)])

    assert (region.old_text, region.new_text) == ("9", "8")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (page(), page()),
        (page(("cell '9'", TOTAL, "9")), page()),
        (page(), page(("cell '8'", TOTAL, "8"))),
        (page(("cell '8'", TOTAL, "8")), page(("cell '8'", TOTAL, "8"))),
        (page(("cell '9'", TOTAL, "9")), page(("heading '8'", TOTAL, "8"))),
        (page(("cell", TOTAL, "")), page(("cell", TOTAL, ""))),
        (Page((("cell '9'", TOTAL),), ()), page(("cell '8'", TOTAL, "8"))),  # approved before texts were kept
    ],
)
def test_texts_are_not_told_where_one_is_unknown_equal_or_another_elements(old, new):
    region = one(ChangeKind.TEXT, Box(80, 42, 10, 14), old, new)

    assert (region.old_text, region.new_text) == (None, None)


def test_what_vanished_is_named_as_the_approved_page_named_it():
    icon = ("image 'Logo'", Box(300, 10, 30, 30), "")

    region = one(ChangeKind.VANISHED, Box(302, 12, 26, 27), page(MAIN, icon), page(MAIN))

    assert (region.element, region.is_whole_element) == ("image 'Logo'", True)


def test_what_vanished_inside_of_an_element_is_named_by_what_is_still_there():
    region = one(ChangeKind.VANISHED, Box(302, 12, 10, 10), page(MAIN), page(MAIN))

    assert (region.element, region.is_whole_element) == ("main", False)


def test_an_element_that_is_still_somewhere_has_not_vanished():
    icon, elsewhere = ("image 'Logo'", Box(300, 10, 30, 30), ""), ("image 'Logo'", Box(10, 200, 30, 30), "")

    region = one(ChangeKind.VANISHED, Box(302, 12, 26, 27), page(MAIN, icon), page(MAIN, elsewhere))

    assert (region.element, region.is_whole_element) == ("main", False)


def test_what_appeared_is_named_as_a_whole_only_when_it_is_new():
    icon = ("image 'Logo'", Box(300, 10, 30, 30), "")

    come = one(ChangeKind.APPEARED, Box(302, 12, 26, 27), page(MAIN), page(MAIN, icon))
    filled = one(ChangeKind.APPEARED, Box(302, 12, 26, 27), page(MAIN, icon), page(MAIN, icon))

    assert (come.element, come.is_whole_element) == ("image 'Logo'", True)
    assert (filled.element, filled.is_whole_element) == ("image 'Logo'", False)


def test_a_part_of_the_new_page_is_found_in_the_old_one_past_every_band_above_it():
    bands = [
        Band(BandKind.INSERTED, 10, 20),
        Band(BandKind.REMOVED, 50, 7),
        Band(BandKind.INSERTED, 200, 30),
        Band(BandKind.REMOVED, 300, 9),
    ]

    assert before(Box(5, 100, 10, 10), bands) == Box(5, 87, 10, 10)
    assert before(Box(5, 5, 10, 10), bands) == Box(5, 5, 10, 10)


def test_a_text_that_was_noted_in_part_is_no_other_text():
    """Captures noted 80 characters and now 300: pictures approved before must not tell of a new text."""
    whole = "A long introduction"
    old = page(("paragraph", Box(0, 0, 100, 20), "A long…"))
    new = page(("paragraph", Box(0, 0, 100, 20), whole))

    (same,) = named([Region(Box(0, 0, 100, 20), 10)], (), old, new)
    (other,) = named([Region(Box(0, 0, 100, 20), 10)], (), old, page(("paragraph", Box(0, 0, 100, 20), "B")))

    assert (same.old_text, same.new_text) == (None, None)
    assert other.new_text == "B"


def test_what_stands_at_places_is_found_by_its_selector_once_and_by_none_where_none_was_noted():
    shot = SimpleNamespace(
        elements=(("clock", Box(0, 0, 100, 20)), ("price", Box(0, 40, 100, 20))),
        selectors=("#clock", ".price"),
    )

    found = selectors_at(
        [Box(5, 5, 10, 10), Box(20, 5, 10, 10), Box(0, 40, 50, 20), Box(500, 500, 5, 5)], shot
    )

    assert found == ("#clock", ".price")
    assert selectors_at([Box(5, 5, 10, 10)], SimpleNamespace(elements=shot.elements, selectors=())) == ()


def test_a_box_that_somebody_drew_means_the_outermost_elements_in_it_else_what_stands_there():
    shot = SimpleNamespace(
        elements=(
            ("page", Box(0, 0, 1000, 1000)),
            ("card", Box(100, 100, 200, 100)),
            ("clock", Box(110, 110, 50, 20)),
            ("price", Box(100, 220, 200, 20)),
            ("nothing", Box(120, 120, 0, 0)),
        ),
        selectors=("#page", "#card", "#clock", ".price", ".none"),
    )

    assert selectors_within(Box(90, 90, 230, 160), shot) == ("#card", ".price")
    assert selectors_within(Box(90, 90, 230, 115), shot) == ("#card",)
    assert selectors_within(Box(130, 112, 5, 5), shot) == ("#clock",)
    assert selectors_within(Box(2000, 0, 5, 5), shot) == ()


def test_an_element_that_says_another_text_is_reworded_with_both_its_boxes():
    old = page(
        MAIN, ("text 'Total 8'", Box(20, 40, 80, 20), "Total 8"), ("link 'Help'", Box(0, 0, 40, 20), "Help")
    )
    new = page(
        MAIN,
        ("text 'Total 9,5'", Box(20, 40, 96, 20), "Total 9,5"),
        ("link 'Help'", Box(0, 0, 40, 20), "Help"),
    )

    assert reworded(old, new) == (Box(20, 40, 80, 20), Box(20, 40, 96, 20))


@pytest.mark.parametrize(
    "item",
    [
        ("text 'Total 8'", Box(20, 40, 80, 20), "Total 8"),  # says the same
        ("text 'Total 9'", Box(20, 240, 80, 20), "Total 9"),  # stands elsewhere
        ("button 'Total 9'", Box(20, 40, 80, 20), "Total 9"),  # is something else
        ("text", Box(20, 40, 80, 20), ""),  # says nothing
        ("text 'Total…'", Box(20, 40, 80, 20), "Total…"),  # was noted in part
    ],
)
def test_what_is_not_another_text_of_the_same_element_is_not_reworded(item):
    old = page(MAIN, ("text 'Total 8'", Box(20, 40, 80, 20), "Total 8"))

    assert reworded(old, page(MAIN, item)) == ()


def test_of_two_elements_at_one_place_either_may_have_said_it():
    both = (("text 'a'", TOTAL, "a"), ("text 'b'", TOTAL, "b"))

    assert reworded(page(*both), page(*reversed(both))) == ()
