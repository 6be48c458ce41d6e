from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from books import Books
from builders import NOW, a_finding, a_plan, a_schedule, a_session, a_sha
from ends import NIGHTLY, QA, heard
from history_builders import a_comparison
from inspect_pipelines.domain.absence import absence_origin
from inspect_pipelines.domain.alerting import Alerting, Overrides
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.maintenance import Maintenance
from inspect_pipelines.domain.message import MessageKind, Urgency
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.ownership import OwnerRule
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.verdict import Verdict, VerdictKind

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
OPENED, RESOLVED = ("opened", "slack:#qa"), ("resolved", "slack:#qa")
PR = {
    "repo": "acme/shop",
    "head_sha": "0123abc",
    "pr_number": "7",
    "pr_url": "https://github.test/acme/shop/pull/7",
    "pr_title": "Recolour the button",
    "pr_author": "ada",
}


@pytest.fixture
def books() -> Books:
    books = Books()
    books.define()
    return books


def test_many_runs_of_one_cause_are_one_message_and_its_recovery(books: Books) -> None:
    heard_each = [heard(books.end()) for _ in range(5)]
    recovered = heard(books.end(RunStatus.PASSED, "as approved"))

    assert heard_each == [[OPENED], [], [], [], []]
    assert recovered == [RESOLVED]
    (incident,) = books.incidents()
    assert (incident.runs, incident.is_open) == (5, False)
    assert books.end(RunStatus.PASSED) == []


def test_a_new_cause_is_told_while_another_one_is_still_open(books: Books) -> None:
    books.end(sessions=[a_session(findings=(a_finding(),))])

    both = [a_session(findings=(a_finding(), a_finding(step_id="cart")))]
    second = books.end(sessions=both)
    third = books.end(sessions=both)

    assert (heard(second), third) == ([OPENED], [])
    assert [one.keys for one in books.incidents()] == [
        ("finding shop/pay expectation /pay",),
        ("finding shop/cart expectation /pay",),
    ]
    assert heard(books.end(RunStatus.PASSED)) == [RESOLVED, RESOLVED]


def test_an_unreviewed_change_never_tells_again_however_many_nights_it_stays(books: Books) -> None:
    changed = [a_comparison()]
    books.end(comparisons=changed)

    nights = [books.end(comparisons=changed, after=24 * HOUR) for _ in range(10)]

    assert nights == [[]] * 10


def test_a_finding_is_told_again_every_day_until_somebody_acknowledges_it(books: Books) -> None:
    books.end()
    again = heard(books.end(after=24 * HOUR))
    (incident,) = books.incidents()
    (note,) = books.acknowledge(incident.id)

    assert heard([note]) == [("acknowledged", "slack:#qa")]
    assert "ada looks after it: it is broken" in note.text
    assert again == [("reminder", "slack:#qa")]
    assert books.end(after=48 * HOUR) == []
    assert heard(books.end(RunStatus.PASSED)) == [RESOLVED]


def test_reminders_of_different_days_are_different_messages_and_pagerduty_gets_none(books: Books) -> None:
    books.define(replace(QA, targets=("slack:#qa", "pagerduty")))
    books.end()

    reminders = [books.end(after=24 * HOUR) for _ in range(2)]

    assert [heard(one) for one in reminders] == [[("reminder", "slack:#qa")]] * 2
    assert len(books.outbox) == 4


@pytest.mark.parametrize("status", [RunStatus.TIMEOUT, RunStatus.ERROR])
def test_what_is_not_the_sites_fault_is_one_incident_a_host_over_all_definitions(
    books: Books, status
) -> None:
    books.define(definition_id="hourly-shop")
    first = books.end(status, "no answer")

    second = books.end(status, "no answer", definition_id="hourly-shop")
    recovered = books.end(RunStatus.FAILED, definition_id="hourly-shop", comparisons=[a_comparison()])

    assert (heard(first), second) == ([OPENED], [])
    assert heard(recovered) == [OPENED, RESOLVED], "it failed, but it did reach the host"
    assert [one.definitions for one in books.incidents()] == [(NIGHTLY, "hourly-shop"), ("hourly-shop",)]


def test_a_neighbour_on_the_same_host_does_not_mend_what_only_one_definition_suffers_from(
    books: Books,
) -> None:
    books.define(definition_id="hourly-shop")
    books.end(RunStatus.ERROR, "the secret '${env:SHOP}' has no value")

    neighbour = books.end(RunStatus.PASSED, definition_id="hourly-shop")

    assert neighbour == []
    assert heard(books.end(RunStatus.PASSED)) == [RESOLVED]


def test_a_definition_of_others_that_joins_tells_its_own_people_once(books: Books) -> None:
    books.define(NotifyRule(RuleEvent.ON_FAILURE, ("email:ops@acme.com",)), definition_id="hourly-shop")
    books.end(RunStatus.ERROR, "no answer")

    joined = [heard(books.end(RunStatus.ERROR, "no answer", definition_id="hourly-shop")) for _ in range(2)]
    recovered = heard(books.end(RunStatus.PASSED))

    assert joined == [[("opened", "email:ops@acme.com")], []]
    assert recovered == [RESOLVED, ("resolved", "email:ops@acme.com")]


def test_a_cancelled_run_fires_on_complete_only_and_changes_no_incident(books: Books) -> None:
    books.define(QA, NotifyRule(RuleEvent.ON_COMPLETE, ("email:log@acme.com",)))
    books.end()

    assert heard(books.end(RunStatus.CANCELLED, "cancelled by ada")) == [("complete", "email:log@acme.com")]
    assert books.incidents()[0].is_open


def test_every_rule_that_matches_fires(books: Books) -> None:
    books.define(*(NotifyRule(event, (f"slack:#{event.value}",)) for event in RuleEvent))
    flaky = Verdict(VerdictKind.FLAKY, RunStatus.PASSED, ("passed at attempt 2",))

    failed = heard(books.end())
    passed = heard(books.end(RunStatus.PASSED, verdict=flaky))
    review = heard(books.end(RunStatus.NEEDS_REVIEW, "nothing is approved yet"))

    assert failed == [("opened", "slack:#on_failure"), ("complete", "slack:#on_complete")]
    assert passed == [
        ("success", "slack:#on_success"),
        ("complete", "slack:#on_complete"),
        ("resolved", "slack:#on_recovery"),
        ("flaky", "slack:#on_flaky"),
        ("resolved", "slack:#on_failure"),
    ]
    assert review == [("complete", "slack:#on_complete"), ("review", "slack:#on_needs_review")]


def test_what_waits_for_review_is_told_once(books: Books) -> None:
    books.define(NotifyRule(RuleEvent.ON_NEEDS_REVIEW, ("slack:#qa",)))
    nights = [heard(books.end(RunStatus.NEEDS_REVIEW, "nothing is approved yet")) for _ in range(3)]

    assert nights == [[("review", "slack:#qa")], [], []]


def test_coming_and_going_is_one_notice_until_it_stays_away(books: Books) -> None:
    minutes = {"after": 10 * MINUTE}
    there_and_back = [
        heard(books.end(status, **minutes))
        for _ in range(6)
        for status in (RunStatus.FAILED, RunStatus.PASSED)
    ]
    at_rest = [heard(books.end(RunStatus.PASSED, after=6 * HOUR)) for _ in range(2)]

    assert [one for one in there_and_back if one] == [
        [OPENED],
        [RESOLVED],
        [OPENED],
        [("flapping", "slack:#qa")],
    ]
    assert at_rest == [[], [RESOLVED]]


def test_alert_after_is_the_definitions_own_word(books: Books) -> None:
    books.define(
        organization=Organization(DEFAULT_ORG, alerts=Alerting(alert_after=9)),
        alerts=Overrides(alert_after=2),
    )

    assert [heard(books.end()) for _ in range(3)] == [[], [OPENED], []]


def test_maintenance_holds_messages_back_until_it_is_over(books: Books) -> None:
    works = Maintenance("moving", start=NOW, end=NOW + 2 * HOUR)
    books.define(organization=Organization(DEFAULT_ORG, maintenance=(works,)))

    assert [heard(books.end()) for _ in range(3)] == [[], [OPENED], []]


@pytest.mark.parametrize("of_definition", [True, False])
def test_a_silence_holds_messages_back_and_what_is_still_wrong_after_it_is_told(
    books: Books, of_definition
) -> None:
    books.define(alerts=Overrides(alert_after=2))
    books.end()
    subject = {"definition_id": NIGHTLY} if of_definition else {"incident_id": books.incidents()[0].id}
    until = books.at + 2.5 * HOUR
    books.silence(**subject, until=until)

    assert [heard(books.end()) for _ in range(3)] == [[], [], [OPENED]]
    books.silence(**subject, until=until + 99 * HOUR)
    assert heard(books.end(RunStatus.PASSED)) == [RESOLVED], "a recovery is told all the same"


def test_openings_that_follow_closely_come_in_one_message_at_the_end_of_the_window(books: Books) -> None:
    for number in range(4):
        books.define(definition_id=f"s{number}", organization=Organization(DEFAULT_ORG))
    first, *rest = (books.end(definition_id=f"s{number}", after=MINUTE) for number in range(4))

    assert [heard(one) for one in rest] == [[OPENED]] * 3
    alone, together = books.outbox.values()
    assert (alone.due_at, together.due_at) == (None, first[0].created_at + 5 * MINUTE)
    assert together.title == "3 incidents"
    assert [line.split(": ")[:2] for line in together.message.lines] == [["Nightly shop", "failed"]] * 3
    assert books.incidents()[3].told == ("slack:#qa",)


def test_without_a_window_and_for_pagerduty_each_opening_stands_alone(books: Books) -> None:
    for number in range(3):
        books.define(replace(QA, targets=("pagerduty",)), definition_id=f"s{number}")
        books.end(definition_id=f"s{number}", after=MINUTE)
    alone = Organization(DEFAULT_ORG, alerts=Alerting(group_window_minutes=0))
    for number in range(3):
        books.define(definition_id=f"t{number}", organization=alone)
        books.end(definition_id=f"t{number}", after=MINUTE)

    assert [note.due_at for note in books.outbox.values()] == [None] * 6


# the code host


def test_a_commit_gets_its_status_from_every_run_and_a_run_without_a_commit_from_none(books: Books) -> None:
    rule = NotifyRule(RuleEvent.ON_COMPLETE, ("github",))
    books.define(replace(QA, targets=("github",)), rule)

    first = books.end(variables=PR)
    second = books.end(variables={**PR, "head_sha": "4567def"})
    passed = books.end(RunStatus.PASSED, variables=PR)

    assert [heard(one)[0] for one in (first, second, passed)] == [
        ("opened", "github"),
        ("opened", "github"),
        ("success", "github"),
    ]
    assert [one[0].message.commit.sha for one in (first, second)] == ["0123abc", "4567def"]
    assert books.end() == []


# what is said


def test_a_message_says_what_changed_since_when_who_is_suspected_and_shows_pictures(books: Books) -> None:
    books.define(
        replace(QA, mention=("@qa", "{{pr_author}}", "{{actor}}")),
        organization=Organization(DEFAULT_ORG, public_url="https://qa.acme.com"),
    )
    books.end(RunStatus.PASSED)
    good = books.last_run()
    views = [a_comparison(f"v{n}", score=n / 10, overlay_sha256=a_sha(str(n))) for n in range(5)]
    reasons = ("shop/v4@desktop: button 'Pay' changed colour clearly (14 of 100)", "shop/v3@desktop: moved")

    (note,) = books.end(
        sessions=[a_session(id="s1")],
        comparisons=views,
        verdict=Verdict(VerdictKind.FAILED, RunStatus.FAILED, reasons),
        variables=PR,
    )

    message, run = note.message, books.last_run()
    assert (message.kind, message.severity, message.title) == (
        MessageKind.OPENED,
        Urgency.ERROR,
        "Nightly shop: failed",
    )
    assert (message.sentence, message.lines) == (reasons[0], reasons[1:])
    assert message.since == run.completed_at
    assert message.last_good.url == f"https://qa.acme.com/runs/{good.id}"
    assert [(one.label, one.url) for one in message.suspects] == [("#7 Recolour the button", PR["pr_url"])]
    assert [picture.sha256[0] for picture in message.pictures] == ["4", "3", "2"]
    assert message.pictures[0].alt == "shop/v4@desktop: the header moved"
    assert [link.label for link in message.links] == ["run", "diff", "session"]
    assert message.mentions == ("@qa", "ada")
    assert (message.commit.repo, message.commit.sha, message.commit.pull_request) == (
        "acme/shop",
        "0123abc",
        7,
    )
    for part in (
        reasons[0],
        "last good run: 2026-11-22 08:00 UTC",
        "suspected: #7",
        "pictures: shop/v4@desktop, shop/v3@desktop",
        "incidents show",
    ):
        assert part in note.text


def test_ten_thousand_findings_make_a_message_of_a_hundred_lines(books: Books) -> None:
    reasons = tuple(f"finding {number}" for number in range(10_000))

    (note,) = books.end(verdict=Verdict(VerdictKind.FAILED, RunStatus.FAILED, reasons))

    assert len(note.message.lines) == 101
    assert note.message.lines[-1] == "and 9899 more"


def test_the_sites_faults_are_graver_than_ours(books: Books) -> None:
    (finding,) = books.end(sessions=[a_session(findings=(a_finding(screenshot=a_sha("e")),))])
    books.end(RunStatus.PASSED)
    (error,) = books.end(RunStatus.ERROR, "the browser died")

    assert (finding.message.severity, error.message.severity) == (Urgency.CRITICAL, Urgency.WARNING)
    assert finding.message.pictures[0].sha256 == a_sha("e")


def test_those_who_heard_of_it_hear_of_its_end_although_the_rule_is_gone(books: Books) -> None:
    books.end()
    books.definitions[NIGHTLY] = a_schedule(plan=a_plan(notify=()))

    assert heard(books.end(RunStatus.PASSED)) == [RESOLVED]


def test_a_schedule_that_ticks_again_ends_its_absence_unless_its_run_never_played(books: Books) -> None:
    books.end(RunStatus.ERROR, "nobody asked for it", origin=absence_origin(NIGHTLY, NOW))

    books.end(RunStatus.SKIPPED, "pause: because")
    still = books.incidents()[0].is_open
    books.end(RunStatus.FAILED)

    assert (still, books.incidents()[0].is_open) == (True, False)


def test_whoever_owns_what_differs_is_mentioned_until_it_is_over(books: Books) -> None:
    owners = (OwnerRule("*", ("ada",)), OwnerRule("playbooks/shop/pay@*", ("payments",)))
    books.define(
        NotifyRule(RuleEvent.ON_FAILURE, ("slack:#qa",), ("qa",)),
        organization=Organization(DEFAULT_ORG, owners=owners),
    )

    (opened,) = books.end(comparisons=[a_comparison("pay")])
    (other,) = books.end(comparisons=[a_comparison("pay"), a_comparison("home")])
    over = books.end(RunStatus.PASSED)
    (ours,) = books.end(RunStatus.ERROR)

    mentions = [note.message.mentions if note.message else None for note in (opened, other, *over, ours)]
    assert mentions == [("qa", "payments"), ("qa", "ada"), (), (), ("qa",)]
