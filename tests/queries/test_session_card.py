"""What a report says about sessions and their attempts."""

from __future__ import annotations

from dataclasses import replace

from builders import a_finding, a_session
from inspect_pipelines.domain.session import SessionStatus, StepResult, StepStatus
from inspect_pipelines.queries.session_card import attempt_rows, session_card

CLICK = "click button 'Pay': found none"
FAILED = replace(
    a_session(),
    status=SessionStatus.FAILED,
    error=f"step 'pay' (desktop): {CLICK}",
    steps=(StepResult("pay", "Pay", "desktop", StepStatus.FAILED, 5, CLICK),),
)


def test_an_error_that_a_step_says_is_not_said_again():
    assert session_card(FAILED).error is None
    assert session_card(replace(FAILED, error="the browser died")).error == "the browser died"


def test_a_step_that_is_for_other_viewports_has_no_result_on_this_one():
    steps = (
        StepResult("home", "Home", "desktop", StepStatus.PASSED, 5),
        StepResult("home", "Home", "phone", StepStatus.PASSED, 5),
        StepResult("menu", "Menu", "phone", StepStatus.PASSED, 5),
    )

    rows = {row.name: dict(row.results) for row in session_card(a_session(steps=steps)).rows}

    assert rows["Menu"] == {"desktop": None, "phone": steps[2]}


def test_all_attempts_are_shown_with_why_each_was_made_and_which_decides():
    """The docs promised them; the report of a run of three attempts had the last one only."""
    first = replace(FAILED, attempt=1)
    second = replace(FAILED, attempt=2, cause="finding", error=None, findings=(a_finding(message="gone"),))
    look = replace(FAILED, attempt=3, cause="visual", status=SessionStatus.COMPLETED, error=None)

    rows = attempt_rows((first, second, look), [look])

    assert [(row.number, row.why, row.saw, row.decides) for row in rows] == [
        (1, "", f"step 'pay' (desktop): {CLICK}", False),
        (2, "the attempt before found a fault", "gone", False),
        (3, "another look at views that differed", "", True),
    ]


def test_a_run_without_a_second_attempt_has_none_to_show():
    assert attempt_rows((FAILED, replace(FAILED, playbook="other")), [FAILED]) == ()
