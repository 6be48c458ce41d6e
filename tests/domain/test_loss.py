"""A run that was lost with its machine starts again until its first picture."""

from __future__ import annotations

import pytest

from builders import a_playbook
from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.loss import HERE, starts_again
from inspect_pipelines.domain.playbook import Step
from inspect_pipelines.domain.session import StepResult, StepStatus, ToldStep

PLAYBOOK = a_playbook(
    steps=(Step("open", "Open", (Goto("/"),)), Step("look", "Look", (TakeScreenshot("home"),))),
    setup=Step("log-in", "Log in", (TakeScreenshot("door"),)),
)


def told(step: str, playbook: str = PLAYBOOK.id) -> ToldStep:
    return ToldStep("s1", playbook, 1, StepResult(step, step, "desktop", StepStatus.PASSED, 5))


@pytest.mark.parametrize(
    ("host", "steps", "again"),
    [
        ("worker-2", [], True),
        ("worker-2", ["open"], True),
        ("worker-2", ["open", "look"], False),
        ("worker-2", ["log-in"], False),
        (HERE, [], False),
    ],
)
def test_it_starts_again_until_its_first_picture_when_its_machine_was_lost(
    host: str, steps: list[str], *, again: bool
) -> None:
    assert starts_again(host, [told(step) for step in steps], [PLAYBOOK]) is again


def test_a_step_of_another_playbook_with_that_name_is_none_of_its_own() -> None:
    assert starts_again("worker-2", [told("look", "other")], [PLAYBOOK])
