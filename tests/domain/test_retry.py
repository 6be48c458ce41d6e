from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, a_finding, a_screenshot, a_session, a_sha
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.finding import FindingKind, Severity
from inspect_pipelines.domain.plan import Retries
from inspect_pipelines.domain.retry import (
    RetryClass,
    allowance,
    cause_of,
    deciding,
    delay,
    first_looks,
    is_faulty,
    known_faults,
    next_cause,
    second_looks,
    second_thoughts,
    shown,
    spent,
)
from inspect_pipelines.domain.session import KnownFault, SessionStatus

FAILED = a_session(id="r.1", status=SessionStatus.FAILED, error="button 'Buy' was not found", screenshots=())
AUTH = a_session(id="r.1", status=SessionStatus.AUTH, error="auth: x", screenshots=(), retry_may_help=False)
CRASHED = a_session(id="r.1", status=SessionStatus.CRASHED, error="the browser died", screenshots=())
PASSED = a_session(id="r.1")
SECOND = timedelta(seconds=1)


def again(session, attempt: int = 2, cause: RetryClass = RetryClass.FINDING, **changes):
    return replace(session, id=f"r.1.{attempt}", attempt=attempt, cause=cause.value, **changes)


def found(message: str, kind: FindingKind = FindingKind.EXPECTATION, **changes):
    return a_session(findings=(a_finding(message=message, kind=kind, **changes),))


@pytest.mark.parametrize(
    ("session", "cause"),
    [
        (PASSED, None),
        (CRASHED, RetryClass.INFRA),
        (AUTH, None),  # another attempt would lock the account
        (replace(AUTH, retry_may_help=True), RetryClass.INFRA),  # the login ended in the midst
        (replace(CRASHED, retry_may_help=False), None),  # a secret that has no value
        (replace(PASSED, status=SessionStatus.TIMEOUT), None),
        (replace(PASSED, status=SessionStatus.CANCELLED), None),
        (FAILED, RetryClass.FINDING),
        (found("expected text 'Thank you', found 'Sorry'"), RetryClass.FINDING),
        (found("a warning", severity=Severity.WARNING), None),
        (
            found("http://x.test/ could not be opened: (ERR_NAME_NOT_RESOLVED)", FindingKind.NAVIGATION),
            RetryClass.INFRA,
        ),
        (
            found("script http://ads.test/ failed: ERR_NAME_NOT_RESOLVED", FindingKind.REQUEST_FAILED),
            RetryClass.FINDING,
        ),
        (
            found("http://x.test/ answered 503 Service Unavailable", FindingKind.NAVIGATION),
            RetryClass.FINDING,
        ),
        (found("http://x.test/ answered 401 Unauthorized", FindingKind.NAVIGATION), None),
        (found("http://x.test/ answered 403 Forbidden", FindingKind.NAVIGATION), None),
    ],
)
def test_what_went_wrong_says_whether_another_attempt_may_help(session, cause):
    assert cause_of(session) is cause


def test_each_cause_has_its_own_number_of_retries():
    retries = Retries(infra=2, finding=1)
    crashed_again = again(CRASHED, 2, RetryClass.INFRA)

    assert next_cause([CRASHED], retries) is RetryClass.INFRA
    assert next_cause([CRASHED, crashed_again], retries) is RetryClass.INFRA
    assert next_cause([CRASHED, crashed_again, again(CRASHED, 3, RetryClass.INFRA)], retries) is None
    assert next_cause([CRASHED, again(FAILED, 2, RetryClass.INFRA)], retries) is RetryClass.FINDING
    assert next_cause([FAILED, again(FAILED)], retries) is None
    assert next_cause([FAILED, again(PASSED)], retries) is None


def test_a_site_that_changed_meanwhile_is_played_once_more_whatever_the_plan_says():
    moved = a_session(id="r.1", status=SessionStatus.SITE_CHANGED, error="another build")
    off = Retries(infra=0, finding=0, visual=0)

    assert next_cause([moved], off) is RetryClass.SITE_CHANGED
    assert next_cause([moved, again(moved, 2, RetryClass.SITE_CHANGED)], off) is None
    assert deciding([moved, again(PASSED, 2, RetryClass.SITE_CHANGED)])[0].attempt == 2
    assert deciding([moved, again(CRASHED, 2, RetryClass.SITE_CHANGED)])[0].attempt == 1


def test_retries_can_be_switched_off():
    off = Retries(infra=0, finding=0, visual=0)

    assert next_cause([CRASHED], off) is None
    assert next_cause([FAILED], off) is None


@given(st.sampled_from(RetryClass), st.integers(0, 9), st.floats(0, 1, exclude_max=True))
def test_a_wait_has_full_jitter_within_its_step(cause, made, chance):
    longest = {
        RetryClass.INFRA: 30 if made == 0 else 120,
        RetryClass.FINDING: 30,
        RetryClass.VISUAL: 0,
        RetryClass.SITE_CHANGED: 10,
        RetryClass.REPAIR: 0,
    }[cause]

    assert timedelta(0) <= delay(cause, made, chance) <= longest * SECOND
    assert delay(cause, made, 0.5) == longest / 2 * SECOND


@pytest.mark.parametrize(("timeout", "minutes"), [(1, 0.5), (10, 5), (20, 10), (1440, 10)])
def test_retries_take_half_of_a_runs_time_and_ten_minutes_at_most(timeout, minutes):
    assert allowance(timeout) == timedelta(minutes=minutes)


def test_the_wait_before_a_retry_counts_as_spent():
    first = a_session(started_at=NOW, completed_at=NOW + 10 * SECOND)
    second = again(first, started_at=NOW + 30 * SECOND, completed_at=NOW + 45 * SECOND)
    other = a_session(playbook="blog", completed_at=NOW + 99 * SECOND)

    assert spent([first, other]) == 0 * SECOND
    assert spent([first, second, other]) == 35 * SECOND


def test_a_clock_that_was_set_back_gives_no_time_back():
    first = a_session(completed_at=NOW)

    assert spent([first, again(first, completed_at=NOW - 99 * SECOND)]) == 0 * SECOND


# which attempt decides


@pytest.mark.parametrize(
    ("attempts", "decides"),
    [
        ([PASSED], 1),
        ([FAILED, again(PASSED)], 2),
        ([FAILED, again(FAILED)], 2),
        ([CRASHED, again(PASSED, 2, RetryClass.INFRA)], 2),
        ([FAILED, again(CRASHED)], 1),  # nothing was seen that takes it back
        ([FAILED, again(FAILED, status=SessionStatus.TIMEOUT)], 1),
        ([CRASHED, again(CRASHED, status=SessionStatus.TIMEOUT)], 1),
        ([replace(PASSED, status=SessionStatus.TIMEOUT)], 1),
        ([FAILED, again(PASSED, status=SessionStatus.CANCELLED)], 2),
    ],
)
def test_the_last_attempt_that_says_something_about_the_site_decides(attempts, decides):
    assert [session.attempt for session in deciding(attempts)] == [decides]


def test_each_playbook_is_decided_for_itself_in_playing_order():
    blog = a_session(playbook="blog")

    assert deciding([FAILED, again(PASSED), blog]) == [again(PASSED), blog]
    assert deciding([]) == []


def test_another_look_replaces_the_pictures_of_the_views_it_took():
    home, cart = a_screenshot("home"), a_screenshot("cart")
    newer, late = a_screenshot("cart", sha256=a_sha("b")), a_screenshot("pay")
    first = a_session(screenshots=(home, cart))
    look = again(a_session(screenshots=(newer, late)), cause=RetryClass.VISUAL)

    (decided,) = deciding([first, look])

    assert decided.attempt == 1
    assert decided.screenshots == (home, newer, late)
    assert first_looks([first, look]) == [first]


def test_a_playbook_that_failed_first_and_passed_then_says_so():
    failed = found("expected text 'Thank you', found 'Sorry'")

    assert second_thoughts([failed, again(PASSED)]) == (
        "shop: passed at attempt 2; attempt 1: expected text 'Thank you', found 'Sorry'",
    )
    assert second_thoughts([FAILED, again(PASSED)]) == (
        "shop: passed at attempt 2; attempt 1: button 'Buy' was not found",
    )
    assert second_thoughts([replace(FAILED, error=None), again(PASSED)]) == (
        "shop: passed at attempt 2; attempt 1: a step could not be played",
    )


@pytest.mark.parametrize(
    "attempts",
    [
        [PASSED],
        [FAILED, again(FAILED)],
        [FAILED, again(CRASHED)],
        [CRASHED, again(PASSED, 2, RetryClass.INFRA)],
    ],
)
def test_what_was_ours_or_stays_wrong_is_not_flaky(attempts):
    assert second_thoughts(attempts) == ()


def test_a_view_that_looks_as_approved_at_another_look_says_so():
    def compared(name: str, passed: bool) -> Comparison:
        return Comparison(a_screenshot(name).view, Outcome.CHANGED, passed, "", 0.0, "test", 0.02)

    look = again(a_session(screenshots=(a_screenshot("home"), a_screenshot("cart"))), cause=RetryClass.VISUAL)
    comparisons = [compared("home", True), compared("cart", False), compared("pay", True)]

    assert second_looks([PASSED, look], comparisons) == (
        "shop/home@desktop: differed at first, and looks as approved at another look",
    )


def test_a_session_is_faulty_when_it_says_that_the_site_is_wrong():
    assert is_faulty(FAILED)
    assert is_faulty(found("sorry"))
    assert not is_faulty(CRASHED)


def test_the_next_attempt_knows_what_was_waited_for_in_vain():
    session = a_session(
        findings=(
            a_finding(kind=FindingKind.ACTION, message="click #x: found none"),
            a_finding(kind=FindingKind.PAGE_ERROR),
        )
    )

    assert known_faults(session) == (KnownFault("pay", "click #x: found none"),)


def test_what_nobody_was_logged_in_for_is_not_shown_and_what_was_seen_before_decides():
    other = replace(FAILED, playbook="other")

    assert shown([AUTH, other]) == [other]
    assert shown([FAILED, replace(AUTH, attempt=2)]) == [FAILED, replace(AUTH, attempt=2)]
    assert deciding([CRASHED, replace(AUTH, attempt=2)])[0].status is SessionStatus.AUTH
