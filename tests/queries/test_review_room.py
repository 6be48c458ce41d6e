"""The review room: the order in which views come, which of them show one change, and what can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import a_view
from houses import a_house
from inspect_pipelines.domain.access import LOCAL
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.wish import Wish
from inspect_pipelines.errors import Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.review_room import ReviewRoom, next_review, review_room, unfinished
from inspect_pipelines.usecases.pictures.decide import decide
from inspect_pipelines.usecases.pictures.withdraw import withdraw
from reviewed_runs import FAINT, GONE, NEW, a_reviewed_run


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = a_house(tmp_path)
    yield house
    house.ledgers.close()


def room_of(house: House, run_id: RunId) -> ReviewRoom:
    room = review_room(house, run_id)
    assert room is not None
    return room


def accept(house: House, run_id: RunId, *views: View, finalizes: bool = False) -> None:
    decide(
        house, run_id, Wish(DecisionKind.ACCEPT, frozenset(views), finalizes=finalizes), caller=LOCAL
    )  # fmt: skip


def test_what_differs_comes_first_and_what_shows_one_change_comes_together(house: House) -> None:
    run = a_reviewed_run(house, ["header", "", "button", "header", GONE, NEW, "button", "price", FAINT])

    room = room_of(house, run.id)

    order = [one.view.name.removeprefix("page-") for one in room.views]
    assert set(order[:5]) == {"01", "04", "03", "07", "08"}
    assert abs(order.index("01") - order.index("04")) == abs(order.index("03") - order.index("07")) == 1
    assert order[5:] == ["05", "06", "02", "09"]
    assert {one.view.name: len(one.alike) for one in room.views if len(one.alike) > 1} == {
        "page-01": 2, "page-04": 2, "page-03": 2, "page-07": 2,
    }  # fmt: skip
    assert [one.view.name for one in room.views if one.is_absorbed] == ["page-09"]


def test_nothing_moves_while_a_person_goes_through_it(house: House) -> None:
    run = a_reviewed_run(house, ["header", "button", "price", ""])
    before = [one.view for one in room_of(house, run.id).views]

    accept(house, run.id, before[0])
    accept(house, run.id, before[2])

    after = room_of(house, run.id)
    assert [one.view for one in after.views] == before
    assert [one.view for one in after.waiting] == [before[1]]


def test_the_last_word_is_taken_back_as_a_whole(house: House) -> None:
    run = a_reviewed_run(house, ["header", "header", "price"])
    accept(house, run.id, a_view("page-03"))
    house.clock.sleep(1)
    accept(house, run.id, a_view("page-01"), a_view("page-02"))

    last = room_of(house, run.id).last_of(LOCAL.actor)
    for one in last:
        withdraw(house, one.id, caller=LOCAL)

    assert {one.shown.view.name for one in last} == {"page-01", "page-02"}
    room = room_of(house, run.id)
    assert {one.view.name for one in room.waiting} == {"page-01", "page-02"}
    assert [one.shown.view.name for one in room.last_of(LOCAL.actor)] == ["page-03"]
    assert room.last_of("user:eve") == []


def test_what_is_accepted_is_unfinished_until_it_is_the_approved_picture(house: House) -> None:
    run = a_reviewed_run(house, ["header", GONE, NEW, ""])
    assert unfinished(house, room_of(house, run.id)) == []
    accept(house, run.id)
    left = unfinished(house, room_of(house, run.id))

    accept(house, run.id, *left, finalizes=True)

    assert {view.name for view in left} == {"page-01", "page-02", "page-03"}
    assert unfinished(house, room_of(house, run.id)) == []


def test_what_became_the_approved_picture_later_is_not_taken_back(house: House) -> None:
    """A picture was accepted, made the approved one afterwards, and the word taken back: it stayed approved, by nobody."""
    run = a_reviewed_run(house, ["header"])
    accept(house, run.id)
    (said,) = room_of(house, run.id).last_of(LOCAL.actor)
    accept(house, run.id, said.shown.view, finalizes=True)

    with pytest.raises(
        Refused, match=r"its picture is the approved one by now; go back .* baselines rollback"
    ):
        withdraw(house, said.id, caller=LOCAL)


def test_the_next_review_is_of_the_same_definition_else_the_one_that_waits_longest(house: House) -> None:
    oldest = a_reviewed_run(house, ["header"], definition_id="hourly")
    first = a_reviewed_run(house, ["button"], definition_id="nightly")
    same = a_reviewed_run(house, ["price"], definition_id="nightly")

    assert next_review(house, room_of(house, first.id)) == same.id
    accept(house, same.id)
    assert next_review(house, room_of(house, first.id)) == oldest.id
    accept(house, oldest.id)
    assert next_review(house, room_of(house, first.id)) is None


def test_a_word_names_why_other_views_are_not_decided_with_it(house: House) -> None:
    phone = View("shop", "page-02", "phone")
    run = a_reviewed_run(house, {a_view("page-01"): "header", phone: "header"})
    room = room_of(house, run.id)

    found = room.unlike(room.views[0])

    assert [(one.view, one.why) for one in found] == [
        (phone if room.views[0].view != phone else a_view("page-01"), found[0].why)
    ]
    assert "where the same may look otherwise" in found[0].why


def test_a_run_that_nobody_knows_has_no_room(house: House) -> None:
    assert review_room(house, RunId("nope")) is None
