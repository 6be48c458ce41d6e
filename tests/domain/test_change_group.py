"""What is one change over many views, and why something else is not."""

from __future__ import annotations

from typing import Any

from builders import a_sha, a_view
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.change_group import groups, unlike
from inspect_pipelines.domain.comparison import ChangeKind, Comparison, Outcome, Region
from inspect_pipelines.domain.screenshot import View

PAY = Region(
    Box(10, 20, 60, 20), 300, "button 'Pay'", ChangeKind.TEXT, old_text="Pay", new_text="Pay now"
)  # fmt: skip
COLOURED = Region(Box(10, 20, 60, 20), 300, "button 'Pay'", ChangeKind.COLOUR, colour_mean=20.0)
MOVED = Region(Box(10, 90, 60, 20), 300, "heading 'Total'", ChangeKind.MOVED, moved_by=(0, 84))
AREA = Region(Box(400, 20, 60, 20), 300)


def a_change(view: View, *regions: Region, **changes: Any) -> Comparison:
    seed = str(view)
    return Comparison(
        view,
        changes.pop("outcome", Outcome.CHANGED),
        passed=False,
        reason="it changed",
        score=0.5,
        score_method="edges",
        tolerance=0.02,
        regions=regions,
        **{"old_sha256": a_sha(seed), "new_sha256": a_sha(f"{seed} now"), **changes},
    )


def by_text(one: str, other: str) -> bool:
    return bool(one) and one == other


def test_the_same_words_of_the_same_element_are_one_change_wherever_they_stand() -> None:
    lower = Region(
        Box(300, 900, 60, 20), 280, "button 'Pay'", ChangeKind.REPLACED, old_text="Pay", new_text="Pay now"
    )

    found = groups([a_change(a_view("cart"), PAY, MOVED), a_change(a_view("pay"), MOVED, lower)], by_text)

    assert found == [(a_view("cart"), a_view("pay"))]


def test_the_same_fingerprint_is_one_change_although_it_stands_a_few_pixels_apart() -> None:
    beside = Region(Box(13, 17, 60, 20), 300, "button 'Pay'", ChangeKind.COLOUR)
    one = a_change(a_view("cart"), COLOURED, fingerprint="v1")
    other = a_change(a_view("pay"), beside, fingerprint="v1")

    assert groups([one, other], by_text) == [(a_view("cart"), a_view("pay"))]


def test_the_same_two_pictures_are_one_change_whatever_is_known_of_it() -> None:
    shas = {"old_sha256": a_sha("a"), "new_sha256": a_sha("b")}

    found = groups([a_change(a_view("cart"), **shas), a_change(a_view("pay"), **shas)], by_text)

    assert found == [(a_view("cart"), a_view("pay"))]


def test_a_colour_is_not_told_by_words_so_that_other_pixels_are_another_change() -> None:
    one = a_change(a_view("cart"), COLOURED, fingerprint="red")
    other = a_change(a_view("pay"), COLOURED, fingerprint="green")

    nameless = a_change(a_view("home"), AREA)

    found = groups([one, other, nameless], by_text)

    assert found == [(a_view("cart"),), (a_view("pay"),), (a_view("home"),)]


def test_another_viewport_or_other_moved_rows_are_looked_at_by_themselves() -> None:
    changes = [
        a_change(a_view("cart"), PAY),
        a_change(a_view("cart", viewport="phone"), PAY),
        a_change(a_view("pay"), PAY, layout_px=12),
    ]

    assert len(groups(changes, by_text)) == 3


def test_only_what_changed_is_grouped() -> None:
    gone = a_change(a_view("cart"), outcome=Outcome.REMOVED)

    assert groups([gone], by_text) == []


def test_whoever_shares_a_part_of_a_change_says_why_it_is_no_member() -> None:
    first = a_change(a_view("cart"), PAY)
    others = [
        a_change(a_view("phone", viewport="phone"), PAY),
        a_change(a_view("rows"), PAY, layout_px=12),
        a_change(a_view("more"), PAY, MOVED),
        a_change(a_view("elsewhere"), AREA),
        a_change(a_view("gone"), PAY, outcome=Outcome.REMOVED),
    ]

    found = {
        one.view.name: one.why for one in unlike(first, [first.view], [first, *others])
    }  # fmt: skip

    assert found == {
        "phone": "on phone, where the same may look otherwise",
        "rows": "its rows moved by 12 px, here by 0 px",
        "more": "there heading 'Total' moved 84 px down as well",
    }


def test_a_part_that_is_missing_and_pixels_that_differ_are_reasons_too() -> None:
    both = a_change(a_view("cart"), PAY, COLOURED)

    missing = unlike(both, [both.view], [a_change(a_view("less"), COLOURED)])
    pixels = unlike(a_change(a_view("a"), COLOURED), [], [a_change(a_view("b"), COLOURED)])

    assert [one.why for one in missing] == ["here text of button changed from 'Pay' to 'Pay now' as well"]
    assert [one.why for one in pixels] == ["the same element in other pixels, or at another place"]
