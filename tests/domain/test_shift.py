"""Where rows went, as a person would say it."""

from __future__ import annotations

from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.shift import Move, Shift, moves_of


def test_what_goes_on_to_the_end_of_the_page_is_everything_below() -> None:
    shift = Shift(0.4, 1000, (Move(120, 880, 84),))

    assert shift.sentences == ("everything below y=120 moved down 84 px",)


def test_what_ends_before_is_told_with_its_end_and_the_way_it_went() -> None:
    shift = Shift(0.4, 1000, (Move(120, 80, -3), Move(300, 700, 12)))

    assert shift.sentences == (
        "the rows from y=120 to 200 moved up 3 px",
        "everything below y=300 moved down 12 px",
    )


def test_a_part_of_a_page_is_found_where_it_stood() -> None:
    shift = Shift(0.4, 1000, (Move(120, 880, 84),))

    assert shift.before(Box(5, 204, 10, 10)) == Box(5, 120, 10, 10)
    assert shift.before(Box(5, 20, 10, 10)) == Box(5, 20, 10, 10)


def test_rows_that_stay_are_no_move_and_neighbours_that_moved_alike_are_one() -> None:
    assert moves_of([(0, 0, 100), (100, 184, 50), (160, 244, 100), (300, 300, 10)]) == (Move(184, 160, 84),)
    assert moves_of([(0, 0, 500)]) == ()
    assert moves_of([]) == ()
