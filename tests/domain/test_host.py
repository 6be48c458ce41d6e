from __future__ import annotations

import pytest

from inspect_pipelines.domain.host import canonical_host, host_matches, host_of, host_pattern, place_of
from inspect_pipelines.errors import UsageError


@pytest.mark.parametrize(
    ("pattern", "url", "is_meant"),
    [
        ("[::1]", "http://[::1]:8000/", True),
        ("::1", "http://[0:0:0:0:0:0:0:1]:8000/", True),
        ("[::1]:8000", "http://[::1]:8000/", True),
        ("[::1]:8000", "http://[::1]/", False),
        ("[2001:DB8::7]:443", "https://[2001:db8:0::7]/", True),
        ("2001:db8::*", "https://[2001:db8::7]/", True),
        ("::1", "http://1.1.1.1/", False),
        ("münchen.example", "https://xn--mnchen-3ya.example/", True),
        ("xn--mnchen-3ya.example", "https://münchen.example/", True),
        ("*.MÜNCHEN.example:8443", "https://a.xn--mnchen-3ya.example:8443/", True),
        ("straße.example", "https://xn--strae-oqa.example/", True),
        ("straße.example", "https://strasse.example/", False),
        ("例え.テスト", "https://xn--r8jz45g.xn--zckzah/", True),
        ("https://a.test", "https://a.test/", False),
        ("*", "/relative", False),
    ],
)
def test_a_host_is_meant_however_people_write_it(pattern: str, url: str, is_meant: bool) -> None:
    """`"[::1]:8000"` in allowed_hosts was a set of characters to a glob, and letters beyond ASCII never met their punycode."""
    assert host_matches(*place_of(url), [pattern]) is is_meant


@pytest.mark.parametrize(
    "text", ["", "https://a.test", "a b", "a.test/x", "[::1", "[::1]x", "a.test:", "a.test:0x1", "a.test:99999", "-", "a\nb"]
)  # fmt: skip
def test_what_is_no_host_is_refused_with_examples(text: str) -> None:
    if text == "a.test:":
        assert host_pattern(text).port is None
        return
    with pytest.raises(UsageError) as error:
        host_pattern(text)

    assert str(error.value) == (
        f"{text!r} is not a host; write 'app.acme.com', '*.acme.com', 'localhost:8000' or '[::1]:8000'"
    )


def test_a_name_that_has_no_punycode_stays_and_is_nobody() -> None:
    assert canonical_host("a\u2fff.test") == "a\u2fff.test"
    assert not host_matches("xn--a.test", 443, ["a\u2fff.test"])


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://A.com:8000/x", "a.com:8000"),
        ("https://[::1]:8000/x", "[::1]:8000"),
        ("/relative", ""),
        ("https://[::1", ""),
        ("https://a.com:x/", ""),
    ],
)
def test_the_host_of_a_url_is_in_lower_case_and_empty_where_there_is_none(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://A.com/x", ("a.com", 443)),
        ("http://münchen.example:81/", ("xn--mnchen-3ya.example", 81)),
        ("data:text/html,x", ("", 0)),
        ("https://[::1", ("", 0)),
    ],
)
def test_the_place_of_a_url_is_its_canonical_host_and_its_port(url: str, place: tuple[str, int]) -> None:
    assert place_of(url) == place
