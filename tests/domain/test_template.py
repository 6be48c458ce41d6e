from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_pipelines.domain.template import fill, fill_address, malformed, one_time_seeds, placeholders


def test_placeholders_are_named_in_order_and_once():
    assert placeholders("{{b}} {{ a }} {{b}} {c}") == ("b", "a")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{{name}} and {plain}", None),
        ("{{ 9lives }} x", "{{ 9lives }} x"),
        ("see {{open", "{{open"),
        ("{{a-b}}" + "x" * 40, "{{a-b}}" + "x" * 23),
        ("{{}}", "{{}}"),
    ],
)
def test_what_opens_like_a_placeholder_and_is_none_is_found(text, found):
    assert malformed(text) == found


def test_filling_replaces_every_placeholder():
    assert fill("{{a}}/{{ b }}/{{a}}", {"a": "1", "b": "2"}) == "1/2/1"


def test_a_placeholder_without_a_value_is_an_error():
    with pytest.raises(KeyError):
        fill("{{a}}", {})


@given(st.text(), st.text())
def test_a_value_that_looks_like_a_placeholder_stays_as_it_is(value, other):
    assert fill("{{a}}|{{b}}", {"a": "{{b}}" + value, "b": other}) == "{{b}}" + value + "|" + other


@pytest.mark.parametrize(
    ("text", "value", "filled"),
    [
        ("/x?t={{v}}", "a&b=evil#frag", "/x?t=a%26b%3Devil%23frag"),
        ("/shop/{{v}}/edit", "../../admin", "/shop/..%2F..%2Fadmin/edit"),
        ("/x#{{v}}", "a b", "/x#a%20b"),
        ("https://{{v}}.test/", "evil.test/#", "https://evil.test%2F%23.test/"),
        ("{{v}}/cart", "https://pr-7.test/shop", "https://pr-7.test/shop/cart"),
    ],
)
def test_a_value_in_an_address_stays_data_of_its_place(text, value, filled):
    """`goto: "/x?t={{title}}"` let the title of a pull request add parameters, and lead to other pages."""
    assert fill_address(text, {"v": value}) == filled


@pytest.mark.parametrize("value", [".", "..", "%2e%2E"])
def test_a_value_that_would_climb_out_of_its_path_is_refused(value):
    if value.startswith("%"):
        assert fill_address("/a/{{v}}/b", {"v": value}) == "/a/%252e%252E/b"
        return
    with pytest.raises(ValueError, match="leads out of its place"):
        fill_address("/a/{{v}}/b", {"v": value})


@given(st.text(st.characters(exclude_categories=["Cs"])).filter(lambda value: value not in (".", "..")))
def test_whatever_a_value_is_it_is_one_segment_and_one_parameter(value):
    parts = urlsplit(fill_address("https://shop.test/a/{{v}}/b?q={{v}}&r=1", {"v": value}))

    assert (parts.netloc, parts.fragment) == ("shop.test", "")
    assert [unquote(each) for each in parts.path.split("/")] == ["", "a", value, "b"]
    assert [unquote(each) for each in parts.query.split("&")] == [f"q={value}", "r=1"]


def test_a_one_time_code_is_asked_for_by_the_name_of_its_seed():
    text = "{{ totp:seed }} and {{user}}, {{totp:seed}}, {{totp: seed}}"

    assert one_time_seeds(text) == ("seed",)
    assert placeholders(text) == ("totp:seed", "user")
    assert fill("{{totp:seed}}", {"totp:seed": "123456"}) == "123456"
    assert malformed(text) == "{{totp: seed}}"
