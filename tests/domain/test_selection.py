"""Selections: what is left of a playbook, and which views that can show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.ids import PlaybookId
from inspect_pipelines.domain.playbook import Playbook, Step, Viewport
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.selection import (
    WHOLE,
    Selection,
    attempted,
    check_selection,
    part_of,
    parts_of,
)
from inspect_pipelines.errors import UsageError

DESKTOP, PHONE = Viewport("desktop", 1280, 800), Viewport("phone", 390, 800)


def a_step(step_id: str, *pictures: str, only: tuple[str, ...] = ()) -> Step:
    return Step(
        step_id, step_id, (Goto(f"/{step_id}"), *(TakeScreenshot(name) for name in pictures)), only=only
    )


def a_playbook(playbook_id: str = "shop", *steps: Step) -> Playbook:
    steps = steps or (a_step("home", "home"), a_step("cart", "cart", "cart open"), a_step("pay", "pay"))
    return Playbook(
        PlaybookId(playbook_id), playbook_id, steps, viewports=(DESKTOP, PHONE), setup=a_step("setup")
    )


def pictures(playbook: Playbook | None) -> set[str]:
    return {str(view) for view in attempted([playbook], WHOLE)} if playbook else set()


def test_a_step_is_played_after_those_before_it_which_take_no_pictures():
    part = part_of(a_playbook(), Selection(steps=("cart",)))

    assert part is not None
    assert [step.id for step in part.every_step] == ["setup", "home", "cart"]
    assert pictures(part) == {
        "shop/cart@desktop",
        "shop/cart@phone",
        "shop/cart open@desktop",
        "shop/cart open@phone",
    }


def test_a_view_is_taken_alone_and_on_one_viewport_where_it_says_so():
    part = part_of(a_playbook(), Selection(views=("cart open@phone", "home")))

    assert part is not None
    assert [step.id for step in part.steps] == ["home", "cart"]
    assert pictures(part) == {"shop/home@desktop", "shop/home@phone", "shop/cart open@phone"}


def test_a_view_of_one_viewport_opens_no_other():
    part = part_of(a_playbook(), Selection(views=("shop/pay@phone",)))

    assert part is not None
    assert [viewport.name for viewport in part.viewports] == ["phone"]


def test_a_step_that_is_of_one_viewport_opens_no_other():
    playbook = a_playbook("shop", a_step("home", "home"), a_step("menu", "menu", only=("phone",)))

    part = part_of(playbook, Selection(steps=("menu",)))

    assert pictures(part) == {"shop/menu@phone"}


def test_playbooks_and_viewports_that_are_not_asked_for_are_left_out():
    books = [a_playbook("shop"), a_playbook("blog")]

    assert [part.id for part in parts_of(books, Selection(playbooks=("blog",)))] == ["blog"]
    assert {view.viewport for view in attempted(books, Selection(viewports=("phone",)))} == {"phone"}
    assert parts_of(books, Selection(viewports=("phone",), views=("home@desktop",))) == ()


def test_a_whole_selection_leaves_the_playbook_as_it_is():
    playbook = a_playbook()

    assert part_of(playbook, WHOLE) is playbook
    assert str(WHOLE) == ""


@pytest.mark.parametrize(
    ("selection", "says"),
    [
        (Selection(views=("pya",)), "--view 'pya' names no view of this; there is 'home', 'cart'"),
        (Selection(steps=("paid",)), "--step 'paid' names no step of this; there is 'home', 'cart', 'pay'"),
        (Selection(viewports=("tv",)), "--viewport 'tv' names no viewport of this"),
        (Selection(playbooks=("blog",)), "--playbook 'blog' names no playbook of this; there is 'shop'"),
        (
            Selection(steps=("home",), views=("pay",)),
            "'--step home --view pay' leaves nothing to play",
        ),
    ],
)
def test_a_selection_that_names_nothing_is_refused_with_what_there_is(selection, says):
    with pytest.raises(UsageError) as refused:
        check_selection([a_playbook()], selection)

    assert says in str(refused.value)


def test_a_selection_that_names_something_is_let_through():
    check_selection([a_playbook()], Selection(("home",), ("home",), ("phone",), ("shop",)))


NAMES = ("home", "cart", "pay")


def some(*words: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(words), unique=True, max_size=2).map(tuple)


@given(
    selection=st.builds(
        Selection,
        views=some(*NAMES, "cart open@phone"),
        steps=some(*NAMES),
        viewports=some("desktop", "phone"),
        playbooks=some("shop", "blog"),
    )
)
def test_what_a_selection_takes_is_what_it_asks_for_and_nothing_else(selection):
    books = [a_playbook("shop"), a_playbook("blog")]
    step_of = {"home": "home", "cart": "cart", "cart open": "cart", "pay": "pay"}

    taken = attempted(books, selection)

    every = attempted(books, WHOLE)
    assert taken <= every
    assert taken == {view for view in every if selection.holds(view, step_of[view.name])}
    for part in parts_of(books, selection):
        assert part.setup is not None
        assert {View(part.id, view.name, view.viewport) for view in attempted([part], WHOLE)} <= taken
