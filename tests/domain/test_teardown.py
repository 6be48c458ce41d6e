"""A teardown is owed as soon as something began that it tidies up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOW, a_playbook, a_session
from inspect_pipelines.domain.action import Goto
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.playbook import Step
from inspect_pipelines.domain.session import SessionRequest, StepResult, StepStatus
from inspect_pipelines.domain.teardown import OwedTeardown, is_owed, only_teardown, told_late

TEARDOWN = Step("teardown", "Tear down", (Goto("/tidy"),))
SETUP = Step("setup", "Set up", (Goto("/order"),))
PLAYBOOK = a_playbook(setup=SETUP, teardown=TEARDOWN)
OWED = OwedTeardown("r.1", RunId("r"), "shop", NOW)


def told(
    step: str, status: StepStatus = StepStatus.PASSED, viewport: str = "desktop", why: str = ""
) -> StepResult:
    return StepResult(step, step, viewport, status, 5, why)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((), False),
        ((told("setup", StepStatus.SKIPPED), told("teardown", StepStatus.SKIPPED)), False),
        ((told("setup"), told("teardown", StepStatus.SKIPPED)), True),
        ((told("setup", StepStatus.FAILED),), True),
        ((told("setup"), told("teardown")), False),
        ((told("setup"), told("teardown", StepStatus.FAILED)), False),
        ((told("setup"), told("teardown"), told("setup", viewport="phone")), True),
    ],
)
def test_it_is_owed_where_a_viewport_began_and_did_not_come_to_it(
    steps: tuple[StepResult, ...], expected: bool
) -> None:
    assert is_owed(a_session(steps=steps), PLAYBOOK) is expected


@pytest.mark.parametrize(
    "teardown", [None, Step("teardown", "Tear down", (), instruction="Ask Bob.", manual=True)]
)
def test_where_a_browser_has_nothing_to_tidy_up_nothing_is_owed(teardown: Step | None) -> None:
    assert not is_owed(a_session(steps=(told("setup"),)), replace(PLAYBOOK, teardown=teardown))


def test_what_is_played_late_is_login_and_teardown_and_nothing_else() -> None:
    login = Step("login", "Log in", (Goto("/login"),))
    request = SessionRequest("r.1", "r", replace(PLAYBOOK, login=login), {})

    late = only_teardown(request)

    assert (late.id, late.playbook.every_step) == ("r.1.late", (login, TEARDOWN))


@pytest.mark.parametrize(
    ("session", "clause"),
    [
        (
            a_session(steps=(told("teardown"),)),
            "shop: its teardown was played 12 min after the session began",
        ),
        (
            a_session(steps=(told("teardown", StepStatus.FAILED, why="no button"),)),
            "shop: its teardown failed 12 min after the session began: no button",
        ),
        (
            a_session(error="the browser died"),
            "shop: its teardown failed 12 min after the session began: the browser died",
        ),
    ],
)
def test_what_came_of_it_is_a_clause(session: object, clause: str) -> None:
    assert told_late(OWED, session, at=NOW + timedelta(minutes=12)) == clause
