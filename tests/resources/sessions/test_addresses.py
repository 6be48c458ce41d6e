"""Addresses that a playbook writes: below its base_url, and compared as people write them."""

from __future__ import annotations

import pytest

from inspect_pipelines.domain.action import Goto
from inspect_pipelines.domain.expectation import ExpectUrl
from inspect_pipelines.domain.session import Value
from resources.sessions.browser.navigation import address, as_written


@pytest.mark.parametrize(
    ("base_url", "goto", "opened"),
    [
        ("http://h.test/pr4/", "/", "http://h.test/pr4/"),
        ("http://h.test/pr4", "/cart", "http://h.test/pr4/cart"),
        ("http://h.test/pr4/", "cart?x=1", "http://h.test/pr4/cart?x=1"),
        ("http://h.test/app/index.html", "/", "http://h.test/app/"),
        ("http://h.test/pr4/", "../other", "http://h.test/other"),
        ("http://h.test/pr4/", "http://h.test/", "http://h.test/"),
        ("http://h.test/pr4/", "?tab=2", "http://h.test/pr4/?tab=2"),
        ("http://h.test", "/a/b#c", "http://h.test/a/b#c"),
    ],
)
def test_an_address_lies_below_the_path_of_the_base_url(base_url: str, goto: str, opened: str):
    """`goto: /` on a preview at `http://h/pr4/` opened `http://h/`: another site."""
    assert address(goto, base_url) == opened


def test_letters_of_an_address_are_compared_as_people_write_them(play, site):
    for path in ("/stra%C3%9Fe", "/%E6%97%A5%20a"):
        site.serve(path, "<!doctype html><title>x</title><h1>x</h1>")

    result = play(
        Goto("/straße?q=1"),
        ExpectUrl("/straße"),
        Goto("/日 a"),
        ExpectUrl("/日 a"),
        ExpectUrl("/%E6%97%A5%20a"),
    )

    assert result.findings == ()


def test_a_host_in_punycode_is_read_as_its_letters():
    assert as_written("http://xn--bcher-kva.test/%C3%A4?q=a%20b") == "http://bücher.test/ä?q=a b"


def test_a_title_in_an_address_is_data(play, site):
    site.serve("/x", "<!doctype html><title>x</title><h1>x</h1>")

    play(Goto("/x?t={{title}}"), values={"title": Value("a&b=evil#frag")})

    assert [path for path in site.requests if path.startswith("/x?")] == ["/x?t=a%26b%3Devil%23frag"]
