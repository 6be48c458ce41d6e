from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, a_baseline, a_finding, a_screenshot, a_session, a_sha, a_view
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.drift_track import Absorbed, Distance, Track
from inspect_pipelines.domain.finding import Ignored, Severity
from inspect_pipelines.domain.ids import DecisionId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.said import DecisionKind, Said
from inspect_pipelines.domain.session import SessionStatus, StepResult, StepStatus
from inspect_pipelines.domain.verdict import ADRIFT, Verdict, VerdictKind, decide

CHANGED_ENVIRONMENT = ("browser 'Chromium 1' became 'Chromium 2'",)


def compared(*, passed: bool) -> Comparison:
    outcome = Outcome.UNCHANGED if passed else Outcome.CHANGED
    return Comparison(a_view(), outcome, passed, "it changed", 0.0 if passed else 0.5, "test", 0.02)


def decided(**changes: Any) -> Verdict:
    values: dict[str, Any] = {
        "sessions": [a_session()],
        "comparisons": [compared(passed=True)],
        "baseline_enabled": True,
        "baseline": a_baseline(),
        "environment_changes": (),
    }
    values |= changes
    return decide(values.pop("sessions"), values.pop("comparisons"), **values)


def ended(status: SessionStatus, **changes: Any) -> Any:
    return a_session(**({"status": status, "error": f"it was {status.value}"} | changes))


def test_a_run_that_looks_as_approved_passes():
    verdict = decided()

    assert verdict == Verdict(VerdictKind.PASSED, RunStatus.PASSED, ("1 of 1 views look as approved",))


def test_an_ignored_finding_decides_nothing_until_its_entry_ends_and_then_says_so():
    """One error of a third party took `fail_on: never` to live with, and hid every other one."""
    theirs = Ignored("theirs", date(2026, 11, 22))
    quiet = a_session(findings=(a_finding(ignored=theirs),))
    loud = a_session(findings=(a_finding(message="gone", ignored=replace(theirs, has_ended=True)),))

    assert decided(sessions=[quiet]).run_status is RunStatus.PASSED
    assert decided(sessions=[loud]).reasons == (
        "shop/pay@desktop: gone (was ignored until 2026-11-22: theirs)",
    )


def said(kind: DecisionKind, until: datetime | None = None) -> Said:
    return Said(DecisionId("d1"), kind, "user:ada", NOW, until)


def test_what_was_accepted_before_passes_and_is_named_up_to_five_views():
    one = replace(compared(passed=True), outcome=Outcome.CHANGED, said=said(DecisionKind.ACCEPT))
    seven = [replace(one, view=a_view(f"v{number}")) for number in range(7)]

    alone, many = decided(comparisons=[one, compared(passed=True)]), decided(comparisons=seven)

    assert (alone.run_status, many.run_status) == (RunStatus.PASSED, RunStatus.PASSED)
    assert alone.reasons == (
        (
            "1 of 2 views look as approved, the others differ as decided before: "
            "shop/home@desktop accepted by ada on 2026-11-22"
        ),
    )
    assert many.reasons[0].endswith("shop/v4@desktop accepted by ada on 2026-11-22 and 2 more")


def test_a_quarantined_view_fails_nothing_although_its_picture_cannot_be_read():
    damaged = replace(
        compared(passed=True), outcome=Outcome.UNREADABLE, said=said(DecisionKind.QUARANTINE, NOW)
    )

    assert decided(comparisons=[damaged]).run_status is RunStatus.PASSED
    assert decided(comparisons=[replace(damaged, passed=False)]).run_status is RunStatus.ERROR


def test_a_changed_view_fails_the_run_and_says_which():
    verdict = decided(comparisons=[compared(passed=True), compared(passed=False)])

    assert (verdict.kind, verdict.run_status) == (VerdictKind.FAILED, RunStatus.FAILED)
    assert verdict.reasons == ("shop/home@desktop: it changed",)


def test_only_new_views_need_a_person_and_beside_a_changed_one_they_are_told():
    new = Comparison(a_view("new"), Outcome.ADDED, False, "new", 1.0, "none", 0.02)

    alone = decided(comparisons=[compared(passed=True), new])
    beside = decided(comparisons=[compared(passed=False), new])

    assert (alone.run_status, alone.reasons) == (RunStatus.NEEDS_REVIEW, ("shop/new@desktop: new",))
    assert beside.run_status is RunStatus.FAILED
    assert beside.reasons == ("shop/home@desktop: it changed", "shop/new@desktop: new")


def adrift(**changes: Any) -> Comparison:
    track = Track(a_sha("a"), "m", a_sha("b"), NOW, spent=2.4, runs=5, since=NOW)
    absorbed = Absorbed(Distance(0.01), 0.5, track, "over 5 runs it has spent 2.4 times what one run may")
    return replace(compared(passed=False), **({"absorbed": absorbed, "reason": "it drifted"} | changes))


def test_a_view_that_only_drifted_needs_a_person_and_blames_nobody():
    verdict = decided(comparisons=[compared(passed=True), adrift()])

    assert (verdict.kind, verdict.run_status) == (VerdictKind.NEEDS_REVIEW, RunStatus.NEEDS_REVIEW)
    assert verdict.reasons == (ADRIFT, "shop/home@desktop: it drifted")


def test_drift_beside_a_change_fails_and_beside_an_unreadable_picture_is_our_error():
    unreadable = replace(compared(passed=False), outcome=Outcome.UNREADABLE)

    assert decided(comparisons=[compared(passed=False), adrift()]).run_status is RunStatus.FAILED
    assert decided(comparisons=[unreadable, adrift()]).run_status is RunStatus.ERROR


def test_drift_that_a_person_rejected_fails_and_what_they_ignored_passes():
    rejected = adrift(said=said(DecisionKind.REJECT))
    ignored = adrift(said=said(DecisionKind.IGNORE), passed=True)

    assert decided(comparisons=[rejected]).run_status is RunStatus.FAILED
    assert decided(comparisons=[ignored]).run_status is RunStatus.PASSED


def test_a_view_that_passes_says_what_it_has_absorbed():
    passing = adrift(passed=True)

    assert passing.sentence == (
        "it drifted; 50% of what one run may differ by is used; 2.4 of 2 over 5 runs in a row since 2026-11-22"
    )
    assert adrift().sentence == "it drifted"


def test_nothing_approved_needs_review_and_never_passes():
    verdict = decided(baseline=None, comparisons=[])

    assert (verdict.kind, verdict.run_status) == (VerdictKind.NEEDS_REVIEW, RunStatus.NEEDS_REVIEW)


def test_a_run_that_compared_nothing_never_passes_whatever_was_approved_since():
    assert decided(comparisons=[]).run_status is RunStatus.NEEDS_REVIEW


def test_a_changed_environment_asks_a_person_instead_of_blaming_the_site():
    verdict = decided(comparisons=[compared(passed=False)], environment_changes=CHANGED_ENVIRONMENT)

    assert verdict.run_status is RunStatus.NEEDS_REVIEW
    assert verdict.reasons == (
        "the environment changed: browser 'Chromium 1' became 'Chromium 2'",
        "shop/home@desktop: it changed",
    )


def test_a_changed_environment_with_equal_pictures_still_asks():
    assert decided(environment_changes=CHANGED_ENVIRONMENT).run_status is RunStatus.NEEDS_REVIEW


def test_a_broken_expectation_fails_in_any_environment():
    session = a_session(findings=(a_finding(),))

    verdict = decided(sessions=[session], environment_changes=CHANGED_ENVIRONMENT)

    assert verdict.run_status is RunStatus.FAILED
    assert verdict.reasons == ("shop/pay@desktop: expected text 'Thank you', found 'Sorry'",)


@pytest.mark.parametrize(
    ("severity", "fail_on", "status"),
    [
        (Severity.ERROR, "error", RunStatus.FAILED),
        (Severity.WARNING, "error", RunStatus.PASSED),
        (Severity.WARNING, "warning", RunStatus.FAILED),
        (Severity.ERROR, None, RunStatus.PASSED),
    ],
)
def test_a_finding_fails_the_run_from_the_playbooks_severity_on(severity, fail_on, status):
    session = a_session(findings=(a_finding(severity=severity),), fail_on=fail_on)

    assert decided(sessions=[session]).run_status is status


def test_the_same_fault_is_told_once():
    assert len(decided(sessions=[a_session(findings=(a_finding(),) * 3)]).reasons) == 1


def test_a_wrong_locator_is_told_once_with_its_viewports_and_what_it_left_unplayed():
    """It was told as the session's error, as the desktop's finding and as the phone's; nothing named the other steps."""
    why = "click #pya: could not be done within {} s: found none"
    findings = tuple(
        a_finding(step_id="pay", viewport=viewport, message=why.format(seconds))
        for viewport, seconds in (("desktop", 30), ("phone", 5))
    )
    steps = tuple(
        StepResult("done", "Done", v, StepStatus.SKIPPED, 0, "not played") for v in ("desktop", "phone")
    )
    session = ended(
        SessionStatus.FAILED, findings=findings, steps=steps, error=f"step 'pay' (desktop): {why.format(30)}"
    )

    assert decided(sessions=[session]).reasons == (
        f"shop/pay@desktop, phone: {why.format(30)}",
        "shop: steps not played after that: done",
    )


def test_no_session_is_our_error():
    assert decided(sessions=[]).run_status is RunStatus.ERROR


def test_no_screenshot_is_an_error_and_never_a_pass():
    verdict = decided(sessions=[a_session(screenshots=())], comparisons=[])

    assert (verdict.kind, verdict.run_status) == (None, RunStatus.ERROR)


def test_no_screenshot_because_the_site_was_down_is_the_sites_fault():
    session = ended(SessionStatus.FAILED, screenshots=(), error="http://shop.test refused the connection")

    verdict = decided(sessions=[session], comparisons=[])

    assert verdict.run_status is RunStatus.FAILED
    assert verdict.reasons == ("shop: http://shop.test refused the connection",)


def test_a_failed_session_without_words_is_told_all_the_same():
    verdict = decided(sessions=[ended(SessionStatus.FAILED, error=None)])

    assert verdict.reasons == ("shop: a step could not be played",)


def test_switched_off_comparing_passes_on_expectations_alone():
    verdict = decided(baseline_enabled=False, baseline=None, comparisons=[])

    assert verdict.run_status is RunStatus.PASSED
    assert verdict.reasons == ("every expectation held; pictures are not compared",)


def test_a_plan_may_adopt_its_first_run_which_then_passes_and_says_so():
    verdict = decided(baseline=None, comparisons=[], adopt_first=True)

    assert (verdict.kind, verdict.run_status) == (VerdictKind.PASSED, RunStatus.PASSED)
    assert verdict.reasons == ("first run: its pictures were adopted, as the plan says",)


PRECEDENCE = [
    (SessionStatus.CANCELLED, RunStatus.CANCELLED),
    (SessionStatus.TIMEOUT, RunStatus.TIMEOUT),
    (SessionStatus.AUTH, RunStatus.ERROR),
    (SessionStatus.CRASHED, RunStatus.ERROR),
    (SessionStatus.FAILED, RunStatus.FAILED),
    (SessionStatus.COMPLETED, RunStatus.PASSED),
]


@given(st.lists(st.sampled_from([session for session, _ in PRECEDENCE]), min_size=1, max_size=6))
def test_the_gravest_session_decides_wherever_it_stands(statuses):
    sessions = [ended(s) if s is not SessionStatus.COMPLETED else a_session() for s in statuses]

    verdict = decided(sessions=sessions)

    assert verdict.run_status is next(run for session, run in PRECEDENCE if session in statuses)
    assert (verdict.kind is None) == (
        verdict.run_status in (RunStatus.CANCELLED, RunStatus.TIMEOUT, RunStatus.ERROR)
    )
    assert verdict.reasons


def test_a_timeout_without_words_is_still_a_reason():
    assert decided(sessions=[ended(SessionStatus.TIMEOUT, error=None)]).reasons == ("timeout",)


def test_what_was_wrong_at_first_and_right_then_passes_as_flaky_and_says_what_it_was():
    verdict = decided(flaky=("shop: passed at attempt 2",))

    assert (verdict.kind, verdict.run_status) == (VerdictKind.FLAKY, RunStatus.PASSED)
    assert verdict.reasons == ("shop: passed at attempt 2", "1 of 1 views look as approved")


def test_a_flaky_run_that_differs_all_the_same_fails():
    assert decided(comparisons=[compared(passed=False)], flaky=("x",)).kind is VerdictKind.FAILED


def test_a_first_run_whose_pages_all_look_alike_is_not_adopted_unseen():
    """Its login had failed, and the login page was approved as every page."""
    pages = [
        a_screenshot(name, route=f"/{name}", sha256=a_sha("same"))
        for name in ("basket", "orders", "bills", "pay", "help")
    ]
    sessions = [a_session(screenshots=tuple(pages))]

    verdict = decided(sessions=sessions, baseline=None, comparisons=[], adopt_first=True)

    assert verdict.kind is VerdictKind.NEEDS_REVIEW
    assert verdict.reasons[1].startswith(f"{a_view('basket')} (/basket), {a_view('orders')} (/orders), ")
    assert " and 1 more are the very same picture of different pages" in verdict.reasons[1]


@pytest.mark.parametrize(
    "second",
    [{"route": "/home"}, {"route": ""}, {"sha256": a_sha("other")}, {"view": a_view("b", viewport="phone")}],
)
def test_pictures_that_may_be_alike_keep_nothing_from_being_adopted(second):
    pair = (
        a_screenshot("a", route="/home", sha256=a_sha("same")),
        replace(a_screenshot("b", route="/other", sha256=a_sha("same")), **second),
    )

    verdict = decided(sessions=[a_session(screenshots=pair)], baseline=None, comparisons=[], adopt_first=True)

    assert verdict.kind is VerdictKind.PASSED


def test_a_flaky_first_run_is_not_adopted_unseen():
    verdict = decided(baseline=None, comparisons=[], adopt_first=True, flaky=("x",))

    assert verdict.kind is VerdictKind.NEEDS_REVIEW


def test_a_picture_of_ours_that_cannot_be_read_is_no_fault_of_the_site():
    broken = replace(
        compared(passed=False), outcome=Outcome.UNREADABLE, reason="the approved picture is damaged"
    )

    alone = decided(comparisons=[broken])
    beside = decided(comparisons=[broken, compared(passed=False)])

    assert (alone.kind, alone.run_status) == (None, RunStatus.ERROR)
    assert alone.reasons == (f"{a_view()}: the approved picture is damaged",)
    assert (beside.run_status, len(beside.reasons)) == (RunStatus.FAILED, 2)
