from __future__ import annotations

import pytest

from builders import a_view
from inspect_pipelines.domain.golden_name import view_of, words_of

WIDTHS = {
    a_view("home"): 1280,
    a_view("home", viewport="phone"): 1170,
    a_view("checkout page"): 1280,
    a_view("checkout page 2"): 1280,
    a_view("menu", viewport="phone"): 1170,
}


@pytest.mark.parametrize(
    ("path", "width", "view"),
    [
        ("shop/home@desktop.png", 1280, "shop/home@desktop"),
        ("shop.spec.ts-snapshots/home-1-chromium-linux.png", 1170, "shop/home@phone"),
        ("shop_Home_0_document_1_phone.png", 375, "shop/home@phone"),
        ("CheckoutPage-chromium.png", 1280, "shop/checkout page@desktop"),
        ("expected/checkout-page-2.png", 1280, "shop/checkout page 2@desktop"),
        ("menu.png", 1, "shop/menu@phone"),
    ],
)
def test_a_file_of_another_tool_is_known_by_its_words_and_its_width(path, width, view):
    assert str(view_of(path, width, WIDTHS)) == view


def test_what_is_no_view_or_may_be_several_says_so():
    assert view_of("footer.png", 1280, WIDTHS) == "its name holds the name of no view"
    assert view_of("home.png", 1, WIDTHS) == (
        "it may be shop/home@desktop or shop/home@phone; say which with --map"
    )


def test_words_stand_apart_by_what_is_no_letter_and_by_capitals():
    assert words_of("a-b_C.d/FooBar 2.PNG") == ("a", "b", "c", "d", "foo", "bar", "2")
