"""Which steps are played, which again, and what becomes of the run when one fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from inspect_pipelines.domain.action import Goto, TakeScreenshot, WaitFor
from inspect_pipelines.domain.expectation import ExpectText, ExpectVisible
from inspect_pipelines.domain.finding import Severity
from inspect_pipelines.domain.gesture import Click
from inspect_pipelines.domain.playbook import Step, When
from inspect_pipelines.domain.session import SessionStatus, StepStatus, Value
from inspect_pipelines.domain.target import Target
from patience import allowed
from resources.clock import SystemClock
from resources.sessions.browser.sessions import BrowserSessions
from session_requests import a_request

SOON = 0.3  # s
COUNT = """<!doctype html><title>Count</title><p id=n></p><script>sessionStorage.n = Number(sessionStorage.n || 0) + 1;
document.getElementById('n').textContent = sessionStorage.n</script>"""
OPEN = Step("open", "Open", (Goto("/form"),))
LAST = Step("last", "Last", (TakeScreenshot("last"),))


def statuses(result):
    return {step.step_id: step.status for step in result.steps}


def test_a_step_is_left_out_when_its_when_does_not_hold_and_says_why(play, site):
    def when(**what):
        return When(**what, within_seconds=SOON)

    email, ghost = Target(label="Email"), Target(selector="#ghost")
    steps = [
        Step(name, name, (), (ExpectVisible(email),), when=each)
        for name, each in {
            "seen": when(visible=email, url="/form", variable="kind", equals="big"),
            "hidden": when(hidden=ghost),
            "unseen": when(visible=ghost),
            "shown": when(hidden=email),
            "elsewhere": when(url="**/other"),
            "unset": when(variable="flag"),
        }.items()
    ]

    result = play(OPEN, *steps, LAST, values={"kind": Value("big"), "flag": Value("false")})

    assert result.status is SessionStatus.COMPLETED
    assert result.findings == ()
    assert {step.step_id: step.message for step in result.steps if step.status is StepStatus.SKIPPED} == {
        "unseen": "`when` does not hold: #ghost is not visible",
        "shown": "`when` does not hold: label 'Email' is visible",
        "elsewhere": "`when` does not hold: the address does not match '**/other'",
        "unset": "`when` does not hold: 'flag' has no value",
    }
    assert all(step.is_left_out for step in result.steps if step.status is StepStatus.SKIPPED)
    assert len(result.screenshots) == 1


def test_what_is_optional_may_fail_what_is_prose_is_not_checked_and_what_is_manual_is_not_played(play, site):
    steps = [
        Step("maybe", "Maybe", (Click(Target(selector="#nobody")),), optional=True, timeout_seconds=SOON),
        Step(
            "pretty",
            "Pretty",
            (),
            (ExpectVisible(Target(label="Email")),),
            prose_criteria=("Nothing overlaps",),
        ),
        Step("call", "Call", (), instruction="Call the shop.", manual=True),
    ]

    result = play(OPEN, *steps, LAST)

    assert result.status is SessionStatus.COMPLETED
    assert statuses(result) == {
        "open": StepStatus.PASSED,
        "maybe": StepStatus.OPTIONAL_FAILED,
        "pretty": StepStatus.PASSED,
        "call": StepStatus.NOT_CHECKED,
        "last": StepStatus.PASSED,
    }
    assert [step.message for step in result.steps[2:4]] == ["not checked: Nothing overlaps", "Call the shop."]
    assert [finding.severity for finding in result.findings] == [Severity.INFO]


def test_a_step_is_tried_again_and_only_its_last_try_counts(play, site):
    site.serve("/count", COUNT)
    thrice = Step(
        "count",
        "Count",
        (Goto("/count"), TakeScreenshot("count")),
        (ExpectText(Target(selector="#n"), equals="3"),),
        retries=2,
        timeout_seconds=SOON * 10,
    )
    never = replace(
        thrice,
        id="never",
        actions=(),
        success_criteria=(ExpectText(Target(selector="#n"), equals="9"),),
        retries=1,
        timeout_seconds=SOON,
    )

    result = play(thrice, never)

    assert statuses(result) == {"count": StepStatus.PASSED, "never": StepStatus.FAILED}
    assert [(each.severity, each.message[:10]) for each in result.findings] == [
        (Severity.INFO, "try 1 of 3"),
        (Severity.INFO, "try 2 of 3"),
        (Severity.INFO, "try 1 of 2"),
        (Severity.ERROR, "expected t"),
    ]
    assert [str(shot.view) for shot in result.screenshots] == ["shop/count@desktop"]


def test_after_a_login_or_setup_that_failed_nothing_is_played_but_the_teardown(play, site):
    request = a_request(site.url, Step("look", "Look", (Goto("/"),)))
    missed = Step(
        "setup", "Set up", (Goto("/form"), ExpectVisible(Target(selector="#nobody"))), timeout_seconds=SOON
    )
    tidy = Step(
        "teardown", "Tear down", (Goto("/other"), Click(Target(selector="#nobody"))), timeout_seconds=SOON
    )
    playbook = replace(request.playbook, setup=missed, teardown=tidy)

    result = play(request=replace(request, playbook=playbook))

    assert result.status is SessionStatus.FAILED
    assert result.error.startswith("step 'setup' (desktop): expected #nobody to be visible")
    assert statuses(result) == {
        "setup": StepStatus.FAILED,
        "look": StepStatus.SKIPPED,
        "teardown": StepStatus.FAILED,
    }
    assert [finding.severity for finding in result.findings] == [Severity.ERROR, Severity.WARNING]
    assert "/other" in site.requests


def test_a_cancel_ends_the_step_at_once_and_leaves_the_teardown_its_time(site, tmp_path):
    """A cancelled run once left its order in the shop, which the next run then found there."""
    placed = "document.cookie = 'order=7'; fetch('/placed')"
    site.serve("/wait", f"<!doctype html><title>Wait</title><script>{placed}</script>")
    site.serve("/placed", "")
    site.serve(
        "/tidy",
        "<!doctype html><title>Tidy</title><p></p><script>document.querySelector('p').textContent = document.cookie</script>",
    )
    wait = Step("wait", "Wait", (Goto("/wait"), WaitFor(Target(selector="#never"))), timeout_seconds=600)
    tidy = Step("teardown", "Tear down", (Goto("/tidy"), ExpectText(None, contains="order=7")))
    request = a_request(site.url, wait, LAST)
    request = replace(request, playbook=replace(request.playbook, teardown=tidy))
    clock = SystemClock()
    sessions = BrowserSessions(gallery=tmp_path / "gallery", scratch=tmp_path / "scratch", clock=clock)
    asked: list[float] = []

    def cancelled() -> bool:
        if not asked and "/placed" in site.requests:
            asked.append(clock.monotonic())
        return bool(asked)

    result = sessions.play(request, deadline=clock.now() + timedelta(minutes=10), cancelled=cancelled)

    assert result.status is SessionStatus.CANCELLED
    assert result.error == "cancelled in step 'wait' (desktop)"
    assert {step.step_id: (step.status, step.message) for step in result.steps} == {
        "wait": (StepStatus.FAILED, "interrupted"),
        "last": (StepStatus.SKIPPED, "not reached"),
        "teardown": (StepStatus.PASSED, ""),
    }
    assert clock.monotonic() - asked[0] < allowed(20)
