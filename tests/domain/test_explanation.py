"""What may explain a view that differs stands before what is different in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from inspect_pipelines.domain.baseline import image_of
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.explanation import explained
from inspect_pipelines.domain.finding import Finding, FindingKind, Severity
from inspect_pipelines.domain.ids import RunId, Sha256
from inspect_pipelines.domain.screenshot import Environment, Masked, Screenshot, View

SHOT = Screenshot(
    View("shop", "list", "desktop"),
    Sha256("a" * 64),
    400,
    300,
    Environment("Chromium 1", "Debian", "0" * 16),
    datetime(2026, 11, 22, tzinfo=UTC),
    url="http://shop.test/list",
    route="/list",
    step_id="look",
    elements=(("main", Box(0, 0, 400, 300)),),
)
OLD = image_of(SHOT, RunId("r"))


def a_finding(kind, message, **changes):
    return replace(Finding(kind, Severity.WARNING, message, "shop", "look", "desktop", "/list"), **changes)


def test_another_address_is_told_with_its_query():
    """A session ran out: the picture was a log-in form, and the sentence told of 14 changed areas."""
    shot = replace(SHOT, url="http://shop.test/form?next=/list", route="/form")
    short = replace(SHOT, url="http://shop.test/form", route="/form")

    assert explained("main changed", OLD, shot, ()) == (
        "the address became '/form?next=/list', was '/list'; main changed"
    )
    assert explained("main changed", OLD, short, ()).startswith("the address became '/form', was '/list'")


def test_a_page_without_an_element_is_empty():
    assert explained("main vanished", OLD, replace(SHOT, elements=()), ()) == (
        "the page is empty; main vanished"
    )
    assert explained("main changed", OLD, SHOT, ()) == "main changed"
    assert explained("the page is blank (score", OLD, replace(SHOT, elements=()), ()) == (
        "the page is blank (score"
    )


def test_a_font_an_image_and_a_slow_page_are_told_once_and_only_where_they_were():
    image = a_finding(FindingKind.BROKEN_IMAGE, "image /hero.png answered 404 Not Found")
    font = a_finding(FindingKind.BROKEN_FONT, "font /inter.woff2 answered 404 Not Found", step_id="before")
    slow = a_finding(FindingKind.SLOW, f"goto '/{'x' * 200}' took 20 s")
    elsewhere = [
        replace(image, viewport="phone"),
        replace(image, playbook="other"),
        replace(image, step_id="before", route="/other"),
        a_finding(FindingKind.CONSOLE_ERROR, "a warning of no interest"),
    ]

    told = explained("main changed", OLD, SHOT, [slow, image, font, image, *elsewhere])

    assert told.split("; ")[:2] == [font.message, image.message]
    assert told.split("; ")[2].endswith("x…")
    assert told.endswith("; main changed")
    assert elsewhere[0].message not in explained("main changed", OLD, SHOT, elsewhere)


def test_a_masked_element_that_moved_its_neighbours_is_named():
    """A clock in a table was masked, and its columns differed every hour without a word about it."""
    nine, ten = (Masked(".clock", (Box(0, 0, 40, 20), Box(10, 50, width, 20))) for width in (52, 60))
    fresh = Masked(".new", (Box(0, 0, 9, 9),))
    left, right = (("price", Box(x, 50, 40, 20)) for x in (70, 78))
    old = image_of(replace(SHOT, masked=(nine,), elements=(left,)), RunId("r"))
    new = replace(SHOT, masked=(fresh, ten), elements=(right,))

    assert explained("table moved", old, new, ()) == (
        "masked '.clock' became 60x20 px, was 52x20 px, and moves what stands beside it: give the mask a width; table moved"
    )
    assert explained("table moved", old, replace(new, masked=(nine,)), ()) == "table moved"


def test_a_masked_element_is_not_blamed_when_nothing_stands_elsewhere_for_it():
    was, now = (Masked(".clock", (Box(0, 0, width, 20),)) for width in (52, 60))
    old = image_of(replace(SHOT, masked=(was,)), RunId("r"))
    clock = ("clock", now.boxes[0])

    new = replace(SHOT, masked=(now,), elements=(*SHOT.elements, clock))

    assert explained("main changed", old, new, ()) == "main changed"
    taller = replace(now, boxes=(Box(0, 0, 52, 40),))
    moved = replace(SHOT, masked=(taller,), elements=(("main", Box(0, 20, 400, 300)),))
    assert "moves what stands beside it: hide it; " in explained("main changed", old, moved, ())
