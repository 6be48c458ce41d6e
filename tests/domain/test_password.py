"""Which passwords are good enough."""

from __future__ import annotations

import pytest

from inspect_pipelines.domain.password import flaw, normalized


@pytest.mark.parametrize(
    "text", ["kettle of brave otters", "x7$" * 5 + "abc", "пароль из слов", "ada lovelace 1843 xyz"]
)
def test_a_few_words_in_a_row_are_one(text: str) -> None:
    assert flaw(text, "ada") is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it has 0 characters"),
        ("elevenchars", "it has 11 characters, and 12 are the least"),
        ("x" * 257, "and 256 are the most"),
        ("kettle of\tbrave otters", "signs that nobody can type"),
        ("Grace.Hopper1234", "it is the login and little else"),
        ("aaaaaaaaaaaabbb", "made of 2 different characters"),
    ],
)
def test_what_is_soon_guessed_is_none_and_is_told_why(text: str, says: str) -> None:
    found = flaw(text, "grace.hopper")

    assert found is not None
    assert says in found


def test_the_same_letters_are_the_same_password_on_every_keyboard() -> None:
    assert normalized("cafe\u0301 au lait") == normalized("caf\u00e9 au lait")
