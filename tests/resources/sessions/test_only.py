"""`only`: steps and actions that are for some viewports."""

from __future__ import annotations

from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.expectation import ExpectText
from inspect_pipelines.domain.gesture import Click
from inspect_pipelines.domain.playbook import DESKTOP, Step, Viewport
from inspect_pipelines.domain.session import StepStatus
from inspect_pipelines.domain.target import Target

PHONE = Viewport("phone", 390, 844)


def test_a_viewport_plays_what_is_for_it_and_leaves_no_trace_of_the_rest(play, site):
    home = Step("home", "Home", (Goto("/"), TakeScreenshot("home"), TakeScreenshot("fold", only=("phone",))))
    menu = Step("menu", "Menu", (TakeScreenshot("menu"),), only=("phone",))
    wide = Step(
        "wide",
        "Wide",
        (),
        (ExpectText(None, contains="nobody says this", only=("wall",)),),
        timeout_seconds=1,
    )

    result = play(home, menu, wide, viewports=(DESKTOP, PHONE))

    assert [(step.step_id, step.viewport, step.status) for step in result.steps] == [
        ("home", "desktop", StepStatus.PASSED),
        ("wide", "desktop", StepStatus.PASSED),
        ("home", "phone", StepStatus.PASSED),
        ("menu", "phone", StepStatus.PASSED),
        ("wide", "phone", StepStatus.PASSED),
    ]
    assert [str(shot.view) for shot in result.screenshots] == [
        "shop/home@desktop",
        "shop/home@phone",
        "shop/fold@phone",
        "shop/menu@phone",
    ]
    assert result.findings == ()


def test_after_a_fault_only_what_the_viewport_would_have_played_is_told_as_skipped(play, site):
    broken = Step("broken", "Broken", (Goto("/drop"),))
    menu = Step("menu", "Menu", (TakeScreenshot("menu"),), only=("phone",))
    last = Step("last", "Last", (TakeScreenshot("last"),))

    result = play(broken, menu, last, viewports=(DESKTOP, PHONE))

    skipped = [(step.step_id, step.viewport) for step in result.steps if step.status is StepStatus.SKIPPED]
    assert skipped == [("last", "desktop"), ("menu", "phone"), ("last", "phone")]


def test_after_what_could_not_be_done_the_viewport_plays_nothing_more_and_a_missed_expectation_stops_nothing(
    play, site
):
    """As docs/pictures.md says of what is not played."""
    home = Step("open", "Open", (Goto("/"),))
    missed = Step(
        "missed",
        "Missed",
        (ExpectText(None, contains="nobody says this"), TakeScreenshot("still")),
        timeout_seconds=1,
    )
    broken = Step(
        "broken",
        "Broken",
        (Click(Target(selector="#nowhere")), TakeScreenshot("after")),
        (ExpectText(None, contains="never asked"),),
        timeout_seconds=1,
    )
    last = Step("last", "Last", (TakeScreenshot("last"),))

    result = play(home, missed, broken, last, viewports=(DESKTOP, PHONE))

    assert [str(shot.view) for shot in result.screenshots] == ["shop/still@desktop", "shop/still@phone"]
    assert [(step.status.value, step.message) for step in result.steps if step.step_id == "last"] == [
        ("skipped", "step 'broken' could not be played")
    ] * 2
    assert not any("never asked" in finding.message for finding in result.findings)
