"""`only`: steps and actions that are for some viewports."""

from __future__ import annotations

from inspect_pipelines.domain.playbook import DESKTOP, ExpectText, Goto, Step, TakeScreenshot, Viewport
from inspect_pipelines.domain.session import StepStatus

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
    broken = Step("broken", "Broken", (Goto("/drop"),), timeout_seconds=1)
    menu = Step("menu", "Menu", (TakeScreenshot("menu"),), only=("phone",))
    last = Step("last", "Last", (TakeScreenshot("last"),))

    result = play(broken, menu, last, viewports=(DESKTOP, PHONE))

    skipped = [(step.step_id, step.viewport) for step in result.steps if step.status is StepStatus.SKIPPED]
    assert skipped == [("last", "desktop"), ("menu", "phone"), ("last", "phone")]
