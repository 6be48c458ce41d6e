from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_merge
from inspect_pipelines.domain.context import context_of
from inspect_pipelines.domain.event_data import told_by
from inspect_pipelines.domain.variable import PATH_LIST_ITEMS, URL_CHARACTERS
from inspect_pipelines.errors import UsageError

DATA: dict[str, Any] = {
    "client_payload": {
        "url": "https://pr-17.preview.acme.example/a?b=c",
        "themes": ["light", "dark\nsrc/forged"],
        "sites": [{"id": 1}],
        "attempt": 2,
        "share": 0.5,
        "ready": True,
        "nothing": None,
        "title": "  <!here> all\x00 of\r\nit ",
    },
    "inputs": {},
}


def value(name: str, data: dict[str, Any] = DATA) -> str:
    return told_by(a_merge(type="repository_dispatch", data=data), name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("data.client_payload.url", "https://pr-17.preview.acme.example/a?b=c"),
        ("data.client_payload.themes", "light\ndark src/forged"),
        ("data.client_payload.themes.0", "light"),
        ("data.client_payload.sites.0.id", "1"),
        ("data.client_payload.attempt", "2"),
        ("data.client_payload.share", "0.5"),
        ("data.client_payload.ready", "true"),
        ("data.client_payload.title", "<!here> all  of it"),
    ],
)
def test_a_path_leads_to_a_value_as_text(name: str, expected: str) -> None:
    assert value(name) == expected


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (
            "data.client_payload.link",
            "'data.client_payload' has: 'attempt', 'nothing', 'ready', 'share', 'sites', 'themes', 'title', 'url'",
        ),
        ("data.inputs.url", "the event has no 'data.inputs.url'; 'data.inputs' is empty"),
        (
            "data.client_payload.nothing",
            "the event has no 'data.client_payload.nothing'; 'data.client_payload' has:",
        ),
        (
            "data.client_payload.themes.7",
            "the event has no 'data.client_payload.themes.7'; 'data.client_payload.themes' is a list of 2, counted from 0",
        ),
        ("data.client_payload.themes.first", "is a list of 2, counted from 0"),
        ("data.client_payload.themes.999999999999999999", "is a list of 2, counted from 0"),
        ("data.client_payload.url.host", "'https://pr-17.preview.acme.example/a?b=c', which has no parts"),
        (
            "data.client_payload",
            "'data.client_payload' is an object, not a value; name one of its values: 'attempt'",
        ),
        (
            "data.client_payload.sites",
            "is a list of objects, not of values; name one of them: 'data.client_payload.sites.0'",
        ),
    ],
)
def test_what_is_missing_or_no_value_is_said_with_what_there_is(name: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        value(name)

    assert why in str(caught.value)


def test_a_value_is_bounded_but_not_cut_into_another_address() -> None:
    long = "https://shop.test/" + "a" * 5000

    assert len(value("data.url", {"url": long})) == URL_CHARACTERS + 1
    assert value("data.many", {"many": [str(n) for n in range(1000)]}).count("\n") == PATH_LIST_ITEMS - 1


def test_names_of_a_large_object_are_not_all_listed() -> None:
    with pytest.raises(UsageError, match="and 90 more"):
        value("data.x", {str(n) * 100: n for n in range(100)})


def test_only_a_command_has_arguments() -> None:
    comment = a_merge(type="issue_comment.created", data={"arguments": "smoke theme=dark"})

    assert told_by(comment, "args.theme") == "dark"
    with pytest.raises(UsageError, match=r"the event has no 'args.theme'; 'args' is empty"):
        told_by(a_merge(type="alert.fired", data={"arguments": "theme=dark"}), "args.theme")


def test_what_a_value_says_calls_no_channel_and_stays_an_address_where_it_is_one() -> None:
    event = a_merge(data={"a": "@channel <!here> look", "b": "https://shop.test/@here/x", "c": ["@everyone"]})

    latest = context_of(event, [], ["data.a", "data.b", "data.c", "data.d", "pr_title"]).latest

    assert "@channel" not in latest["data.a"]
    assert "<!here" not in latest["data.a"]
    assert latest["data.b"] == "https://shop.test/@here/x"
    assert "@everyone" not in latest["data.c"]
    assert "data.d" not in latest


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from("ab"), JSON),
    st.lists(st.sampled_from(["a", "b", "0", "1"]), min_size=1, max_size=5),
)
def test_every_path_into_any_data_is_a_text_or_a_sentence(data: dict[str, Any], path: list[str]) -> None:
    try:
        found = value(".".join(["data", *path]), data)
    except UsageError:
        return
    assert not any(ord(character) < 32 and character != "\n" for character in found)
