"""Payloads, as hostile as they come: never anything but a value or a sentence."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_pipelines.domain.payload import DATA_BYTES, Payload, capped_data, clean, read_json
from inspect_pipelines.errors import Unreadable

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


def refused(body: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        read_json(body)
    return str(caught.value)


# reading


def test_json_is_read_with_or_without_a_byte_order_mark() -> None:
    assert read_json('{"a": ["é", 1.5, null]}'.encode()) == {"a": ["é", 1.5, None]}
    assert read_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "the payload is not JSON: Expecting value: line 1 column 1 (char 0)"),
        (b'{"a": 1', "the payload is not JSON: Expecting ',' delimiter: line 1 column 8 (char 7)"),
        (b'{"a": NaN}', "the payload is not JSON: NaN is not a number of JSON"),
        (b"[-Infinity]", "the payload is not JSON: -Infinity is not a number of JSON"),
        (b'{"a": 1e999}', "the payload is not JSON: the number '1e999' is too large"),
        (b'{"a": 1, "b": 2, "a": 3}', "the payload is not JSON: the key 'a' stands twice in one object"),
        (b'{"a": "\xff"}', "the payload is not UTF-8: byte 7 does not fit"),
        (b"\x1f\x8b\x08\x00\x00", "the payload is not UTF-8: byte 1 does not fit"),
        (b'"a\0b"', "the payload is not JSON: Invalid control character at: line 1 column 3 (char 2)"),
        (b"[" * 1_000_000, "the payload is nested too deeply to be meant well"),
        (b'{"a":' * 1_000_000, "the payload is nested too deeply to be meant well"),
        (b"{} {}", "the payload is not JSON: Extra data: line 1 column 4 (char 3)"),
    ],
)
def test_what_is_no_json_is_refused_in_a_sentence(body: bytes, problem: str) -> None:
    assert refused(body) == problem


def test_a_number_of_five_thousand_digits_is_refused() -> None:
    assert "integer string conversion" in refused(b"9" * 5000)


@given(st.binary())
def test_whatever_comes_is_a_value_or_a_refusal(body: bytes) -> None:
    told = ""
    try:
        read_json(body)
    except Unreadable as error:
        told = str(error)

    assert "\n" not in told


@given(JSON)
def test_what_python_writes_is_read_back_unless_json_has_no_word_for_it(value: Any) -> None:
    text = json.dumps(value)
    try:
        assert read_json(text.encode()) == value
    except Unreadable:
        assert "NaN" in text or "Infinity" in text


# text


@given(st.text(st.characters()), st.integers(1, 50))
def test_clean_text_can_be_stored_and_has_its_cap(text: str, characters: int) -> None:
    found = clean(text, characters)

    assert len(found) <= max(characters, 0)
    assert "\0" not in found
    found.encode()


def test_halves_of_surrogates_and_nul_are_replaced() -> None:
    assert clean("a\0b", 9) == "a�b"
    assert clean("\ud83d!", 9) == "�!"
    assert clean("\ud83d\ude00", 9) == "😀"
    assert clean("fünf", 9) == "fünf"
    assert clean("abcdef", 4) == "abc…"


# reading by path


def test_what_is_missing_or_null_on_the_way_is_none() -> None:
    payload = Payload({"a": {"b": None}})

    assert payload.at("a.b") is None
    assert payload.at("a.b.c") is None
    assert payload.at("x.y.z") is None
    assert payload.number("x") is None
    assert payload.moment("x") is None
    assert payload.items("x") == []
    assert payload.url("x") is None
    assert payload.sha("x") is None
    assert payload.flag("x") is False


@pytest.mark.parametrize(
    ("value", "kind"), [([], "a list"), ("x", "a text"), (True, "true or false"), (1, "a number")]
)
def test_what_is_no_object_has_nothing_in_it(value: Any, kind: str) -> None:
    with pytest.raises(Unreadable, match=f"^the payload is {kind}, not an object$"):
        Payload(value).at("a")


def test_a_name_that_is_too_long_is_refused_and_a_text_is_cut() -> None:
    payload = Payload({"a": "x" * 501})

    with pytest.raises(Unreadable, match=r"^a is longer than 500 characters$"):
        payload.name("a")
    assert payload.text("a", 500) == "x" * 499 + "…"
    with pytest.raises(Unreadable, match=r"^a is longer than 2000 characters$"):
        Payload({"a": "http://a/" + "x" * 2000}).url("a")


def test_a_sha_is_told_in_lower_case() -> None:
    assert Payload({"a": "ABCDEF1"}).sha("a") == "abcdef1"


@pytest.mark.parametrize(("value", "number"), [(0, 0), (7, 7), ("17", 17), (2**53 - 1, 2**53 - 1)])
def test_whole_numbers_are_read_also_from_digits(value: Any, number: int) -> None:
    assert Payload({"a": value}).number("a") == number


@pytest.mark.parametrize("value", [-1, 1.0, True, "x", "١", "", 2**53, "9" * 17, [], {}])
def test_other_things_are_no_whole_numbers(value: Any) -> None:
    with pytest.raises(Unreadable, match="not a whole number"):
        Payload({"a": value}).number("a")


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-22T07:00:00Z",
        "2026-11-22T08:00:00+01:00",
        "2026-11-22T07:00:00",
        1795330800,
        1795330800000,
        1795330800.0,
    ],
)
def test_times_are_read_in_utc(value: Any) -> None:
    assert Payload({"a": value}).moment("a") == datetime(2026, 11, 22, 7, tzinfo=UTC)


@pytest.mark.parametrize("value", ["soon", "", 10**30, -(10**30), True, [], {}, "0001-01-01T00:00:00+14:00"])
def test_other_things_are_no_times(value: Any) -> None:
    with pytest.raises(Unreadable, match="not a time"):
        Payload({"a": value}).moment("a")


def test_names_of_a_list_are_told_once_each_and_empty_ones_not_at_all() -> None:
    payload = Payload({"a": ["x", "y", "x", "", None], "b": [{"name": "x"}, {}]})

    assert payload.names("a", at_most=2) == ("x", "y")
    assert payload.names("b", inner="name", at_most=1) == ("x",)
    with pytest.raises(Unreadable, match=r"^a has 2 entries; at most 1 are read$"):
        payload.names("a", at_most=1)
    with pytest.raises(Unreadable, match=r"^a\[\] is a number, not a text$"):
        Payload({"a": [1]}).names("a", at_most=1)
    with pytest.raises(Unreadable, match=r"^b\[\]\.name is a list, not a text$"):
        Payload({"b": [{"name": []}]}).names("b", inner="name", at_most=1)


# data


def test_data_is_kept_clean_and_shallow() -> None:
    deep: Any = "bottom"
    for _ in range(20):
        deep = [deep]

    kept = capped_data(
        {"a": "x\0", "n": 2**70, "f": float("inf"), "g": 1.5, "deep": deep, "o": {"k\0": [None, True]}}
    )

    assert kept["a"] == "x�"
    assert (kept["n"], kept["g"]) == (2**70, 1.5)
    assert "f" not in kept
    assert json.dumps(kept["deep"]).count("[") == 8
    assert kept["o"] == {"k�": [None, True]}


def test_what_makes_data_too_large_is_left_out_and_named() -> None:
    kept = capped_data({"small": 1, "large": ["x" * 9000] * 8, "also": 2})

    assert kept == {"small": 1, "also": 2, "left_out": ["large"]}


@given(st.dictionaries(st.text(), JSON))
def test_data_never_grows_over_its_cap_and_can_be_stored(values: dict[str, Any]) -> None:
    text = json.dumps(capped_data(values), allow_nan=False)

    assert len(text) < DATA_BYTES + 60_000
    text.encode()
