from __future__ import annotations

import pytest

from builders import a_playbook
from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.expectation import ExpectText
from inspect_pipelines.domain.playbook import PageRules, Step
from inspect_pipelines.domain.target import Target


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (Target(role="button", name="Pay"), "button 'Pay'"),
        (Target(role="main"), "main"),
        (Target(label="E-mail"), "label 'E-mail'"),
        (Target(text="Thank you"), "text 'Thank you'"),
        (Target(placeholder="Search"), "placeholder 'Search'"),
        (Target(test_id="total"), "test_id 'total'"),
        (Target(selector="#pay"), "#pay"),
        (Target(), "(nothing)"),
    ],
)
def test_a_target_says_how_it_is_found(target, words):
    assert str(target) == words


def test_a_box_knows_its_area():
    assert Box(5, 6, 30, 40).area == 1200


def test_actions_come_in_playing_order_each_step_with_its_criteria():
    first = Step("a", "A", (Goto("/"), TakeScreenshot("home")), (ExpectText(None, contains="Hello"),))
    second = Step("b", "B", (Goto("/cart"),))

    actions = list(a_playbook(steps=(first, second)).actions())

    assert [action.verb for action in actions] == ["goto", "screenshot", "expect_text", "goto"]


def test_a_step_and_its_actions_are_for_the_viewports_that_they_name():
    goto, menu = Goto("/"), TakeScreenshot("menu", only=("phone",))
    both = Step("a", "A", (goto, menu), (ExpectText(None, contains="Hello"),))
    phone = Step("b", "B", (goto,), only=("phone", "tablet"))

    assert [action.verb for action in both.on("desktop")] == ["goto", "expect_text"]
    assert [action.verb for action in both.on("phone")] == ["goto", "screenshot", "expect_text"]
    assert (phone.on("desktop"), phone.on("phone")) == ((), (goto,))


def test_a_playbook_leaves_who_plays_it_to_its_deployment():
    assert a_playbook().runner is None


def test_a_page_is_laid_out_otherwise_for_what_is_hidden_or_has_a_width_alone():
    plain = Step("home", "Home", (Goto("/"), TakeScreenshot("home")))
    hiding = Step("home", "Home", (Goto("/"), TakeScreenshot("home", hide=(".offer",))))

    assert not a_playbook(steps=(plain,)).rearranges
    assert a_playbook(steps=(hiding,)).rearranges
    assert a_playbook(steps=(plain,), page=PageRules(hide=(".offer",))).rearranges
