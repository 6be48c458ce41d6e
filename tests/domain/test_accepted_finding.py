"""What was there when a baseline was approved is known, and nothing else is."""

from __future__ import annotations

import pytest

from builders import a_finding, a_session
from inspect_pipelines.domain.accepted_finding import AcceptedFinding, accepted_with, as_accepted, with_known
from inspect_pipelines.domain.finding import Finding, FindingKind, Ignored, Severity
from inspect_pipelines.domain.session import SessionResult, SessionStatus, StepResult, StepStatus

PLAYED = (StepResult("look", "Look", "desktop", StepStatus.PASSED, 10),)


def thrown(message: str = "uncaught Error: no ad (/app.js:12)", **changes: object) -> Finding:
    return a_finding(kind=FindingKind.PAGE_ERROR, message=message, **changes)


def played(*findings: Finding, **changes: object) -> SessionResult:
    return a_session(**({"findings": findings, "steps": PLAYED} | changes))


def known_in(session: SessionResult) -> list[str]:
    return [each.message for each in session.findings if each.is_known]


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ("uncaught Error: no ad (/app.js:12)", "uncaught Error: no ad (/app.js:13)"),
        ("uncaught Error: x (/app.5f3a9c01d.js:1)", "uncaught Error: x (/app.88bb0011c.js:7)"),
        ("script http://a.test:4711/x.js answered 404", "script http://a.test:4712/x.js answered 404"),
        ("no price for 20261128", "no price for 20261129"),
        ("the basket is broken", "the basket is broken (3 times)"),
    ],
)
def test_a_finding_is_known_again_whatever_its_build_its_day_and_its_number_are(then: str, now: str) -> None:
    accepted = accepted_with((), [played(thrown(then))])

    assert known_in(with_known(played(thrown(now)), accepted)) == [now]


@pytest.mark.parametrize("now", ["uncaught Error: no basket (/app.js:12)", "/a answered 500 Oops"])
def test_another_finding_is_new(now: str) -> None:
    accepted = accepted_with((), [played(thrown(), thrown("/a answered 404 Oops"))])

    assert not known_in(with_known(played(thrown(now)), accepted))
    assert not known_in(with_known(played(thrown(playbook="other")), accepted))


def test_a_known_finding_fails_nothing_and_another_step_or_viewport_does_not_make_it_new() -> None:
    accepted = accepted_with((), [played(thrown())])

    (told,) = with_known(played(thrown(step_id="pay", viewport="phone")), accepted).findings

    assert told.is_known
    assert not told.counts
    assert not told.fails_at("warning")
    assert thrown().fails_at("error")


def test_what_a_playbook_demands_is_never_known_nor_what_is_ignored_or_harmless() -> None:
    found = (
        a_finding(kind=FindingKind.EXPECTATION),
        a_finding(kind=FindingKind.ACTION),
        thrown(severity=Severity.INFO),
        thrown(ignored=Ignored("their widget")),
    )

    accepted = accepted_with((), [played(*found)])

    assert accepted == ()
    forged = tuple(map(as_accepted, found))
    assert not known_in(with_known(played(*found), forged))


def test_what_a_whole_session_finds_no_more_is_dropped_and_what_nobody_looked_for_stays() -> None:
    def kept(playbook: str) -> AcceptedFinding:
        return AcceptedFinding(playbook, FindingKind.PAGE_ERROR, "old")

    current = (kept("shop"), kept("account"), kept("login"), kept("brought"))
    sessions = [
        played(thrown("new")),
        played(playbook="account", status=SessionStatus.FAILED, error="no button"),
        a_session(playbook="brought", steps=()),
    ]

    accepted = accepted_with(current, sessions)

    assert accepted == (
        kept("account"),
        kept("login"),
        kept("brought"),
        AcceptedFinding("shop", FindingKind.PAGE_ERROR, "new"),
    )


def test_a_session_that_found_nothing_stays_as_it_is() -> None:
    session = played()

    assert with_known(session, [as_accepted(thrown())]) is session
    assert with_known(played(thrown()), ()).findings == (thrown(),)
