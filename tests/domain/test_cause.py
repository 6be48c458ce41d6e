from __future__ import annotations

from dataclasses import replace

import pytest

from builders import a_finding, a_plan, a_playbook, a_schedule, a_session
from builders_of_incidents import OWN, a_cause, an_ended_run
from history_builders import a_comparison
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.cause import CauseKind, cause_of, scopes, views_of
from inspect_pipelines.domain.comparison import ChangeKind, Outcome, Region
from inspect_pipelines.domain.finding import Severity
from inspect_pipelines.domain.run import RunStatus, SkipReason
from inspect_pipelines.domain.session import SessionStatus, StepResult, StepStatus


def cause(status=RunStatus.FAILED, *, sessions=(), comparisons=(), reasons=("it is broken",), **run):
    return cause_of(an_ended_run(status=status, **run), a_schedule(), sessions, comparisons, reasons)


def region(kind: ChangeKind) -> Region:
    return Region(Box(0, 0, 9, 9), 50, kind=kind)


def test_a_visual_cause_is_the_differing_views_with_their_kinds_of_regions():
    moved = a_comparison("pay", regions=(region(ChangeKind.TEXT), region(ChangeKind.COLOUR)))
    gone = a_comparison("cart", outcome=Outcome.REMOVED, regions=())
    shifted = a_comparison("home", regions=())

    found = cause(comparisons=[moved, gone, shifted, a_comparison("fine", passed=True)])

    assert (found.kind, found.scope) == (CauseKind.VISUAL, OWN)
    assert found.keys == (
        "visual shop/cart@desktop removed",
        "visual shop/home@desktop changed",
        "visual shop/pay@desktop colour+text",
    )
    assert views_of(found.keys) == {"shop/cart@desktop", "shop/home@desktop", "shop/pay@desktop"}


def test_a_finding_is_known_by_its_place_and_never_by_its_words():
    first, second = (a_finding(message=f"found {n} items") for n in (3, 4))
    warning = a_finding(severity=Severity.WARNING, step_id="look")

    one, other = (cause(sessions=[a_session(findings=(each, warning))]) for each in (first, second))

    assert one.keys == ("finding shop/pay expectation /pay",)
    assert one.fingerprint == other.fingerprint
    assert one.kind is CauseKind.FINDING


def test_a_page_that_broke_and_differs_is_one_cause():
    found = cause(sessions=[a_session(findings=(a_finding(),))], comparisons=[a_comparison()])

    assert (found.kind, len(found.keys)) == (CauseKind.FINDING, 2)


@pytest.mark.parametrize(("steps", "place"), [((), "?"), (("pay",), "pay")])
def test_a_session_that_failed_without_a_finding_is_known_by_its_step(steps, place):
    played = tuple(StepResult(step, step, "desktop", StepStatus.FAILED, 1) for step in steps)

    found = cause(sessions=[a_session(status=SessionStatus.FAILED, steps=played, error="no button")])

    assert found.keys == (f"finding shop/{place} action",)


def test_a_failure_without_evidence_is_known_by_its_reason():
    assert cause().keys == ("finding it is broken",)
    assert cause(reasons=()).keys == ("finding ",)


def test_who_is_not_logged_in_is_one_cause_for_all_that_log_in_at_a_host():
    stranger = a_session(status=SessionStatus.AUTH, error="auth: x")
    one, other = (
        cause(RunStatus.ERROR, sessions=[stranger], reasons=(text,)) for text in ("auth: x", "auth: y")
    )

    assert one.keys == ("error auth",)
    assert one.scope.startswith("host:")
    assert one.fingerprint == other.fingerprint


def test_an_error_is_known_by_its_host_and_by_what_stays_the_same_in_its_words():
    reasons = [
        "browser 01900000-0000-7000-8000-000000000001 died after 31 s at port 4711\nmore",
        "browser 01900000-0000-7000-8000-000000000002 died after 7 s at port 4712",
    ]

    one, other = (cause(RunStatus.ERROR, reasons=(text,)) for text in reasons)

    assert one == other
    assert one.scope == "host:shop.test"
    assert one.keys == ("error browser # died after # s at port #",)
    assert one != cause(RunStatus.ERROR, reasons=("a secret has no value",))


def test_a_timeout_is_one_cause_a_host():
    found = cause(RunStatus.TIMEOUT)

    assert (found.kind, found.scope, found.keys) == (CauseKind.TIMEOUT, "host:shop.test", ("timeout",))


def test_a_host_that_only_the_event_knows_is_taken_from_it():
    playbooks = (a_playbook(base_url="{{base_url}}"),)
    plan = a_plan(playbooks=playbooks, variables={"base_url": "{{deploy_url}}"})
    schedule = a_schedule(plan=plan)
    run = an_ended_run()

    assert scopes(run, schedule) == (OWN, OWN)
    deployed = replace(run, variables={"deploy_url": "https://pr-7.shop.test/x"})
    assert scopes(deployed, schedule) == (OWN, "host:pr-7.shop.test")


def test_a_schedule_that_does_not_tick_is_a_cause_of_its_own():
    found = cause(RunStatus.ERROR, origin="absence:nightly-shop:2026-11-22T07:00Z")

    assert (found.kind, found.scope) == (CauseKind.ABSENCE, OWN)


def test_what_waits_for_review_is_a_cause():
    found = cause(RunStatus.NEEDS_REVIEW, reasons=("nothing is approved yet",))

    assert (found.kind, found.keys) == (CauseKind.REVIEW, ("review nothing is approved yet",))
    assert views_of(found.keys) == set()


def test_what_passed_was_cancelled_or_skipped_has_no_cause():
    skipped = replace(an_ended_run(), status=RunStatus.SKIPPED, reason=SkipReason.BUDGET.value)

    assert [cause(status) for status in (RunStatus.PASSED, RunStatus.CANCELLED)] == [None, None]
    assert cause_of(skipped, a_schedule(), (), (), ()) is None


def test_ten_thousand_findings_are_one_bounded_cause():
    findings = tuple(a_finding(route=f"/page-{number}") for number in range(10_000))

    assert len(cause(sessions=[a_session(findings=findings)]).keys) == 200


def test_what_is_new_in_a_cause_has_a_kind_of_its_own():
    both = a_cause("finding shop/pay", "visual shop/pay@desktop text")

    assert both.without(["finding shop/pay"]).kind is CauseKind.VISUAL
    assert both.without(iter(both.keys)) is None
    assert both.without([]) == both
    assert a_cause("timeout", "x", kind=CauseKind.TIMEOUT).without(["x"]).kind is CauseKind.TIMEOUT


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("visual shop/pay@desktop text", "shop/pay@desktop: text changed"),
        ("finding shop/pay expectation /pay", "shop/pay@mobile: expected 'Thanks'"),
        ("finding shop/cart action", "shop: no button"),
        ("timeout", "other: first"),
    ],
)
def test_a_cause_is_told_by_the_reason_that_is_about_it(key, told):
    reasons = [
        "other: first",
        "shop/pay@mobile: expected 'Thanks'",
        "shop/pay@desktop: text changed",
        "shop: no button",
    ]

    assert a_cause(key).told_by(reasons) == told
    assert a_cause(key).told_by([]) == ""
