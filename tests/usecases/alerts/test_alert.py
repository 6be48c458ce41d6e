from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from builders import NOW, a_finding, a_plan, a_run, a_schedule, a_session, a_sha
from ends import NIGHTLY, QA, Watch, heard
from history_builders import a_comparison
from houses import CollectingChannel, a_house, apply
from inspect_pipelines.config.project import Project
from inspect_pipelines.domain.alerting import Alerting, Overrides
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.maintenance import Maintenance
from inspect_pipelines.domain.message import MessageKind, Severity
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.verdict import Verdict, VerdictKind
from inspect_pipelines.errors import ChannelError
from inspect_pipelines.usecases.alerts.abandon import abandon
from inspect_pipelines.usecases.alerts.compose import Scene, of_run
from inspect_pipelines.usecases.alerts.quieten import acknowledge, end_silences, silence
from inspect_pipelines.usecases.alerts.send import send_waiting
from inspect_pipelines.usecases.definitions.apply import apply as publish

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
def watch(tmp_path: Path) -> Watch:
    watch = Watch(a_house(tmp_path))
    watch.define()
    return watch


def test_many_runs_of_one_cause_are_one_message_and_its_recovery(watch: Watch) -> None:
    heard_each = [heard(watch.end()) for _ in range(5)]
    recovered = heard(watch.end(RunStatus.PASSED, "as approved"))

    assert heard_each == [[OPENED], [], [], [], []]
    assert recovered == [RESOLVED]
    (incident,) = watch.incidents()
    assert (incident.runs, incident.is_open) == (5, False)
    assert watch.end(RunStatus.PASSED) == []


def test_a_new_cause_is_told_while_another_one_is_still_open(watch: Watch) -> None:
    watch.end(sessions=[a_session(findings=(a_finding(),))])

    both = [a_session(findings=(a_finding(), a_finding(step_id="cart")))]
    second = watch.end(sessions=both)
    third = watch.end(sessions=both)

    assert (heard(second), third) == ([OPENED], [])
    assert [one.keys for one in watch.incidents()] == [
        ("finding shop/pay expectation /pay",),
        ("finding shop/cart expectation /pay",),
    ]
    assert heard(watch.end(RunStatus.PASSED)) == [RESOLVED, RESOLVED]


def test_an_unreviewed_change_never_tells_again_however_many_nights_it_stays(watch: Watch) -> None:
    changed = [a_comparison()]
    watch.end(comparisons=changed)

    nights = [watch.end(comparisons=changed, after=24 * HOUR) for _ in range(10)]

    assert nights == [[]] * 10


def test_a_finding_is_told_again_every_day_until_somebody_acknowledges_it(watch: Watch) -> None:
    watch.end()
    again = heard(watch.end(after=24 * HOUR))
    (incident,) = watch.incidents()
    acknowledge(watch.house, incident.id, by="user:ada")
    with watch.house.ledger.read() as ledger:
        newest = ledger.outbox.latest(DEFAULT_ORG, limit=2)

    assert sorted(heard(newest)) == [("acknowledged", "slack:#qa"), ("reminder", "slack:#qa")]
    assert "ada looks after it: it is broken" in "".join(note.text for note in newest)
    assert again == [("reminder", "slack:#qa")]
    assert watch.end(after=48 * HOUR) == []
    assert heard(watch.end(RunStatus.PASSED)) == [RESOLVED]


def test_reminders_of_different_days_are_different_messages_and_pagerduty_gets_none(watch: Watch) -> None:
    watch.define(replace(QA, targets=("slack:#qa", "pagerduty")))
    watch.end()

    reminders = [watch.end(after=24 * HOUR) for _ in range(2)]

    assert [heard(one) for one in reminders] == [[("reminder", "slack:#qa")]] * 2
    with watch.house.ledger.read() as ledger:
        assert len(ledger.outbox.latest(DEFAULT_ORG)) == 4


@pytest.mark.parametrize("status", [RunStatus.TIMEOUT, RunStatus.ERROR])
def test_what_is_not_the_sites_fault_is_one_incident_a_host_over_all_definitions(
    watch: Watch, status
) -> None:
    watch.define(definition_id="hourly-shop")
    first = watch.end(status, "no answer")

    second = watch.end(status, "no answer", definition_id="hourly-shop")
    recovered = watch.end(RunStatus.FAILED, definition_id="hourly-shop", comparisons=[a_comparison()])

    assert (heard(first), second) == ([OPENED], [])
    assert heard(recovered) == [OPENED, RESOLVED], "it failed, but it did reach the host"
    assert [one.definitions for one in watch.incidents()] == [(NIGHTLY, "hourly-shop"), ("hourly-shop",)]


def test_a_neighbour_on_the_same_host_does_not_mend_what_only_one_definition_suffers_from(
    watch: Watch,
) -> None:
    watch.define(definition_id="hourly-shop")
    watch.end(RunStatus.ERROR, "the secret '${env:SHOP}' has no value")

    neighbour = watch.end(RunStatus.PASSED, definition_id="hourly-shop")

    assert neighbour == []
    assert heard(watch.end(RunStatus.PASSED)) == [RESOLVED]


def test_a_definition_of_others_that_joins_tells_its_own_people_once(watch: Watch) -> None:
    watch.define(NotifyRule(RuleEvent.ON_FAILURE, ("email:ops@acme.com",)), definition_id="hourly-shop")
    watch.end(RunStatus.ERROR, "no answer")

    joined = [heard(watch.end(RunStatus.ERROR, "no answer", definition_id="hourly-shop")) for _ in range(2)]
    recovered = heard(watch.end(RunStatus.PASSED))

    assert joined == [[("opened", "email:ops@acme.com")], []]
    assert recovered == [RESOLVED, ("resolved", "email:ops@acme.com")]


def test_a_cancelled_run_fires_on_complete_only_and_changes_no_incident(watch: Watch) -> None:
    watch.define(QA, NotifyRule(RuleEvent.ON_COMPLETE, ("email:log@acme.com",)))
    watch.end()

    assert heard(watch.end(RunStatus.CANCELLED, "cancelled by ada")) == [("complete", "email:log@acme.com")]
    assert watch.incidents()[0].is_open


def test_every_rule_that_matches_fires(watch: Watch) -> None:
    watch.define(*(NotifyRule(event, (f"slack:#{event.value}",)) for event in RuleEvent))
    flaky = Verdict(VerdictKind.FLAKY, RunStatus.PASSED, ("passed at attempt 2",))

    failed = heard(watch.end())
    passed = heard(watch.end(RunStatus.PASSED, verdict=flaky))
    review = heard(watch.end(RunStatus.NEEDS_REVIEW, "nothing is approved yet"))

    assert failed == [("opened", "slack:#on_failure"), ("complete", "slack:#on_complete")]
    assert passed == [
        ("success", "slack:#on_success"),
        ("complete", "slack:#on_complete"),
        ("resolved", "slack:#on_recovery"),
        ("flaky", "slack:#on_flaky"),
        ("resolved", "slack:#on_failure"),
    ]
    assert review == [("complete", "slack:#on_complete"), ("review", "slack:#on_needs_review")]


def test_what_waits_for_review_is_told_once(watch: Watch) -> None:
    watch.define(NotifyRule(RuleEvent.ON_NEEDS_REVIEW, ("slack:#qa",)))
    nights = [heard(watch.end(RunStatus.NEEDS_REVIEW, "nothing is approved yet")) for _ in range(3)]

    assert nights == [[("review", "slack:#qa")], [], []]


def test_coming_and_going_is_one_notice_until_it_stays_away(watch: Watch) -> None:
    minutes = {"after": 10 * MINUTE}
    there_and_back = [
        heard(watch.end(status, **minutes))
        for _ in range(6)
        for status in (RunStatus.FAILED, RunStatus.PASSED)
    ]
    at_rest = [heard(watch.end(RunStatus.PASSED, after=6 * HOUR)) for _ in range(2)]

    assert [one for one in there_and_back if one] == [
        [OPENED],
        [RESOLVED],
        [OPENED],
        [("flapping", "slack:#qa")],
    ]
    assert at_rest == [[], [RESOLVED]]


def test_alert_after_is_the_definitions_own_word(watch: Watch) -> None:
    watch.define(
        organization=Organization(DEFAULT_ORG, alerts=Alerting(alert_after=9)),
        alerts=Overrides(alert_after=2),
    )

    assert [heard(watch.end()) for _ in range(3)] == [[], [OPENED], []]


def test_maintenance_holds_messages_back_until_it_is_over(watch: Watch) -> None:
    works = Maintenance("moving", start=NOW, end=NOW + 2 * HOUR)
    watch.define(organization=Organization(DEFAULT_ORG, maintenance=(works,)))

    assert [heard(watch.end()) for _ in range(3)] == [[], [OPENED], []]


@pytest.mark.parametrize("of_definition", [True, False])
def test_a_silence_holds_messages_back_and_what_is_still_wrong_after_it_is_told(
    watch: Watch, of_definition
) -> None:
    watch.define(alerts=Overrides(alert_after=2))
    watch.end()
    subject = {"definition_id": NIGHTLY} if of_definition else {"incident_id": watch.incidents()[0].id}
    until = watch.house.clock.now() + 2.5 * HOUR
    silence(watch.house, **subject, until=until, by="user:ada", reason="known")

    assert [heard(watch.end()) for _ in range(3)] == [[], [], [OPENED]]
    silence(watch.house, **subject, until=until + 99 * HOUR, by="user:ada", reason="again")
    assert heard(watch.end(RunStatus.PASSED)) == [RESOLVED], "a recovery is told all the same"
    assert len(end_silences(watch.house, **subject, by="user:ada")) == 1


def test_openings_that_follow_closely_come_in_one_message_at_the_end_of_the_window(watch: Watch) -> None:
    for number in range(4):
        watch.define(definition_id=f"s{number}", organization=Organization(DEFAULT_ORG))
    first, *rest = (watch.end(definition_id=f"s{number}", after=MINUTE) for number in range(4))

    assert [heard(one) for one in rest] == [[OPENED]] * 3
    with watch.house.ledger.read() as ledger:
        alone, together = ledger.outbox.waiting()
    assert (alone.due_at, together.due_at) == (None, first[0].created_at + 5 * MINUTE)
    assert together.title == "3 incidents"
    assert [line.split(": ")[:2] for line in together.message.lines] == [["Nightly shop", "failed"]] * 3
    assert watch.incidents()[3].told == ("slack:#qa",)


@pytest.mark.parametrize("fails_at_first", [False, True])
def test_a_recovery_never_comes_before_the_message_that_tells_of_its_opening(
    watch: Watch, fails_at_first: bool
) -> None:
    channel = CollectingChannel()
    house = replace(watch.house, channels=[("*", channel)])
    mail = NotifyRule(RuleEvent.ON_FAILURE, ("email:qa@acme.com",))
    for number in range(4):
        watch.define(mail, definition_id=f"s{number}")
    for number in range(3):
        watch.end(definition_id=f"s{number}", after=MINUTE)
        send_waiting(house)

    watch.end(RunStatus.PASSED, definition_id="s0", after=MINUTE)
    send_waiting(house)
    watch.end(RunStatus.PASSED, definition_id="s2", after=timedelta(0))
    with house.ledger.write() as ledger:
        abandon(ledger, ledger.definitions.find(DEFAULT_ORG, "s1"), by="user:ada", at=house.clock.now())
    send_waiting(house)
    before = [note.title for note in channel.sent]
    house.clock.sleep(120)
    channel.failures = [ChannelError("busy", is_permanent=False)] * fails_at_first
    send_waiting(house)
    house.clock.sleep(3)
    send_waiting(house)

    assert before == ["Nightly shop: failed", "Nightly shop: resolved"], "what is told already does not wait"
    assert [note.title for note in channel.sent[2:]] == ["2 incidents", *["Nightly shop: resolved"] * 2]


def test_without_a_window_and_for_pagerduty_each_opening_stands_alone(watch: Watch) -> None:
    for number in range(3):
        watch.define(replace(QA, targets=("pagerduty",)), definition_id=f"s{number}")
        watch.end(definition_id=f"s{number}", after=MINUTE)
    alone = Organization(DEFAULT_ORG, alerts=Alerting(group_window_minutes=0))
    for number in range(3):
        watch.define(definition_id=f"t{number}", organization=alone)
        watch.end(definition_id=f"t{number}", after=MINUTE)

    with watch.house.ledger.read() as ledger:
        assert [note.due_at for note in ledger.outbox.waiting()] == [None] * 6


# the code host


def test_a_commit_gets_its_status_from_every_run_and_a_run_without_a_commit_from_none(watch: Watch) -> None:
    rule = NotifyRule(RuleEvent.ON_COMPLETE, ("github",))
    watch.define(replace(QA, targets=("github",)), rule)

    first = watch.end(variables=PR)
    second = watch.end(variables={**PR, "head_sha": "4567def"})
    passed = watch.end(RunStatus.PASSED, variables=PR)

    assert [heard(one)[0] for one in (first, second, passed)] == [
        ("opened", "github"),
        ("opened", "github"),
        ("success", "github"),
    ]
    assert [one[0].message.commit.sha for one in (first, second)] == ["0123abc", "4567def"]
    assert watch.end() == []


# what is said


@pytest.mark.parametrize(
    ("run", "labels"),
    [
        (a_run().claimed("d1", now=NOW).concluded(RunStatus.ERROR, "", now=NOW), ["run"]),
        (a_run().concluded(RunStatus.ERROR, "", now=NOW), []),
    ],
)
def test_a_run_that_never_played_has_no_page_to_link_to(run: Run, labels: list[str]) -> None:
    scene = Scene(run, None, ("because",), public_url="https://qa.acme.com", report_path="/tmp/report.html")

    assert [link.label for link in of_run(MessageKind.OPENED, scene).links] == labels


def test_a_message_says_what_changed_since_when_who_is_suspected_and_shows_pictures(watch: Watch) -> None:
    watch.define(
        replace(QA, mention=("@qa", "{{pr_author}}", "{{actor}}")),
        organization=Organization(DEFAULT_ORG, public_url="https://qa.acme.com"),
    )
    watch.end(RunStatus.PASSED)
    good = watch.last_run()
    views = [a_comparison(f"v{n}", score=n / 10, overlay_sha256=a_sha(str(n))) for n in range(5)]
    reasons = ("shop/v4@desktop: button 'Pay' changed colour by dE 14", "shop/v3@desktop: moved")

    (note,) = watch.end(
        sessions=[a_session(id="s1")],
        comparisons=views,
        verdict=Verdict(VerdictKind.FAILED, RunStatus.FAILED, reasons),
        variables=PR,
    )

    message, run = note.message, watch.last_run()
    assert (message.kind, message.severity, message.title) == (
        MessageKind.OPENED,
        Severity.ERROR,
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


def test_ten_thousand_findings_make_a_message_of_a_hundred_lines(watch: Watch) -> None:
    reasons = tuple(f"finding {number}" for number in range(10_000))

    (note,) = watch.end(verdict=Verdict(VerdictKind.FAILED, RunStatus.FAILED, reasons))

    assert len(note.message.lines) == 101
    assert note.message.lines[-1] == "and 9899 more"


def test_the_sites_faults_are_graver_than_ours(watch: Watch) -> None:
    (finding,) = watch.end(sessions=[a_session(findings=(a_finding(screenshot=a_sha("e")),))])
    watch.end(RunStatus.PASSED)
    (error,) = watch.end(RunStatus.ERROR, "the browser died")

    assert (finding.message.severity, error.message.severity) == (Severity.CRITICAL, Severity.WARNING)
    assert finding.message.pictures[0].sha256 == a_sha("e")


def test_a_run_whose_definition_was_deleted_ends_without_messages(watch: Watch) -> None:
    assert watch.end(RunStatus.ERROR, "gone", definition_id="never-applied") == []
    assert watch.incidents() == []


def test_deleting_a_definition_ends_its_incidents_and_tells_those_who_heard(watch: Watch) -> None:
    watch.define(definition_id="hourly-shop")
    watch.end()
    watch.end(definition_id="hourly-shop")
    (left, gone) = (a_schedule(name, plan=a_plan(notify=(QA,))) for name in ("hourly-shop", NIGHTLY))
    project = Project((left,), (), Organization(DEFAULT_ORG), (), ("schedules.yaml",))

    publish(watch.house, project, by="user:ada", may_delete={gone.id})

    assert [one.resolution for one in watch.incidents()] == ["'nightly-shop' was deleted by ada", ""]
    with watch.house.ledger.read() as ledger:
        notes = ledger.outbox.latest(DEFAULT_ORG)
    assert [one for one in heard(notes) if one[0] == "resolved"] == [RESOLVED]


def test_those_who_heard_of_it_hear_of_its_end_although_the_rule_is_gone(watch: Watch) -> None:
    watch.end()
    apply(watch.house, a_schedule(plan=a_plan(notify=())))

    assert heard(watch.end(RunStatus.PASSED)) == [RESOLVED]
