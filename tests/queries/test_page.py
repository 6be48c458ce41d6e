from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW
from inspect_pipelines.domain.position import Position
from inspect_pipelines.errors import UsageError
from inspect_pipelines.queries.page import Page, cursor_of, page_of, position_of

ID = "01900000-0000-7000-8000-000000000001"


@given(st.integers(min_value=0, max_value=10**12), st.uuids())
def test_a_cursor_stands_for_the_place_that_it_was_made_of(microseconds: int, name: object) -> None:
    place = Position(NOW + timedelta(microseconds=microseconds), str(name))

    assert position_of(cursor_of(place)) == place


def test_a_cursor_says_nothing_to_those_who_read_it() -> None:
    cursor = cursor_of(Position(NOW, ID))

    assert ID not in cursor
    assert cursor.replace("-", "").replace("_", "").isalnum()


def test_without_a_cursor_a_list_begins_at_its_newest() -> None:
    assert position_of(None) is None


@pytest.mark.parametrize(
    "text",
    ["", "x", "§", "MjAyNg", cursor_of(Position(NOW, "")), cursor_of(Position(NOW.replace(tzinfo=None), ID))],
)
def test_what_no_page_gave_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(UsageError, match="begin without one"):
        position_of(text)


def test_one_more_than_the_limit_says_that_there_is_a_next_page() -> None:
    def place(number: int) -> Position:
        return Position(NOW, str(number))

    whole, cut = page_of([3, 2], 2, place), page_of([3, 2, 1], 2, place)

    assert whole == Page((3, 2), None)
    assert cut == Page((3, 2), cursor_of(Position(NOW, "2")))
