from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_pipelines.domain.template import fill, malformed, placeholders


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
