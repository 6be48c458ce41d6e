from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_pipelines.domain.command import MOST_ARGUMENTS, MOST_CHARACTERS, Command, command_of


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", Command()),
        ("smoke", Command("smoke")),
        ("smoke please, it's late", Command("smoke")),
        ("theme=dark", Command("", {"theme": "dark"})),
        (
            'smoke theme=dark title="two words" empty=',
            Command("smoke", {"theme": "dark", "title": "two words", "empty": ""}),
        ),
        ("smoke q=a=b&c", Command("smoke", {"q": "a=b&c"})),
        ("smoke see https://shop.test/?a=b", Command("smoke")),
        ("smoke theme=a theme=b", Command("smoke", problem="gives 'theme' twice")),
        ('smoke title="two', Command(problem="has a quote that is not closed")),
    ],
)
def test_a_line_is_a_name_and_arguments_and_the_rest_is_talk(line: str, expected: Command) -> None:
    assert command_of(line) == expected


def test_a_line_without_end_is_refused_before_it_is_read() -> None:
    assert "at most 2000" in command_of("a" * (MOST_CHARACTERS + 1)).problem
    many = " ".join(f"a{n}=1" for n in range(MOST_ARGUMENTS + 1))
    assert "21 arguments" in command_of(many).problem


@given(st.text(max_size=300))
def test_no_line_breaks_it(line: str) -> None:
    command = command_of(line)

    assert "=" not in command.name
    assert len(command.arguments) <= MOST_ARGUMENTS
