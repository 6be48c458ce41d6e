from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOW, a_run
from inspect_pipelines.domain.ids import DEFAULT_ORG, IncidentId
from inspect_pipelines.domain.message import CommitContext, Message, MessageKind, Urgency
from inspect_pipelines.domain.notification import (
    DeliveryStatus,
    Notification,
    backoff,
    events_of,
    fired,
)
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus

SECOND = timedelta(seconds=1)
NOTE = Notification("n", DEFAULT_ORG, a_run().id, RuleEvent.ON_FAILURE, "slack:#qa", "t", "x", (), NOW)


def failed(note: Notification = NOTE, at=NOW, **changes) -> Notification:
    return note.failed("down", **({"may_help": True, "chance": 0.0, "at": at} | changes))


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 2), (1, 2), (2, 4), (5, 32), (12, 3600), (4000, 3600)])
def test_the_delay_doubles_up_to_an_hour_and_half_of_it_is_chance(attempts, seconds):
    assert backoff(attempts, 0.0) == seconds / 2 * SECOND
    assert backoff(attempts, 0.999999) <= seconds * SECOND


def test_a_passing_failure_waits_and_a_permanent_one_is_given_up():
    assert (failed().status, failed().due_at) == (DeliveryStatus.STORED, NOW + SECOND)
    assert failed(may_help=False).status is DeliveryStatus.FAILED


def test_what_a_service_asks_for_is_respected_up_to_a_day():
    assert failed(retry_after_seconds=600).due_at == NOW + 600 * SECOND
    assert failed(retry_after_seconds=0).due_at == NOW + SECOND
    assert failed(retry_after_seconds=1e6).due_at == NOW + timedelta(hours=24)


@pytest.mark.parametrize(
    ("attempts", "at", "status"),
    [
        (39, NOW, DeliveryStatus.STORED),
        (40, NOW, DeliveryStatus.FAILED),
        (3, NOW + timedelta(hours=24), DeliveryStatus.FAILED),
    ],
)
def test_it_ends_after_forty_attempts_or_a_day_of_them(attempts, at, status):
    assert failed(replace(failed(), attempts=attempts), at).status is status


def test_its_age_gives_no_message_up_at_its_first_failure_nor_when_it_is_sent_again():
    late = failed(replace(NOTE, attempts=1), NOW + timedelta(days=2))
    over = failed(replace(late, attempts=2), NOW + timedelta(days=3))
    again = failed(replace(over.again(at=NOW + timedelta(days=9)), attempts=1), NOW + timedelta(days=9))

    assert [note.status for note in (late, over, again)] == [
        DeliveryStatus.STORED,
        DeliveryStatus.FAILED,
        DeliveryStatus.STORED,
    ]
    assert over.receipt == "given up after 2 attempts since 2026-11-24 07:00 UTC: down"


def test_a_person_may_have_it_sent_again_from_the_start():
    again = replace(failed(may_help=False), attempts=7).again(at=NOW + SECOND)

    assert (again.status, again.attempts, again.due_at, again.receipt) == (
        DeliveryStatus.STORED,
        0,
        NOW + SECOND,
        "",
    )


def test_a_sent_one_keeps_its_receipt_and_time():
    sent = NOTE.sent("ts 1", at=NOW + SECOND)

    assert (sent.status, sent.receipt, sent.sent_at) == (DeliveryStatus.SENT, "ts 1", NOW + SECOND)


def test_the_key_names_the_incident_where_there_is_one_and_else_the_run():
    message = Message(MessageKind.OPENED, Urgency.ERROR, "t", "failed", "x", "d")

    assert NOTE.key == f"{NOTE.run_id}/on_failure///slack:#qa"
    about = replace(NOTE, message=message, incident_id=IncidentId("i1"), occasion="r2")
    assert about.key == "i1/on_failure/opened/r2/slack:#qa"


def test_messages_follow_their_incident_and_on_the_code_host_their_pull_request_or_commit():
    message = Message(MessageKind.SUCCESS, Urgency.INFO, "t", "passed", "x", "d")
    github = replace(NOTE, target="github")

    def about(number: int | None) -> Notification:
        return replace(github, message=replace(message, commit=CommitContext("acme/shop", "0123abc", number)))

    assert replace(NOTE, incident_id=IncidentId("i1")).thread_key == "i1"
    assert [about(7).thread_key, about(None).thread_key] == ["acme/shop#7", "acme/shop@0123abc"]
    assert [note.thread_key for note in (NOTE, github, replace(about(7), target="slack:#qa"))] == [None] * 3


def test_a_flaky_run_fires_its_rule_besides_those_of_a_passed_one():
    rules = [NotifyRule(event, ("slack:#qa",)) for event in (RuleEvent.ON_FLAKY, RuleEvent.ON_SUCCESS)]

    assert events_of(RunStatus.PASSED, is_flaky=True)[-1] is RuleEvent.ON_FLAKY
    assert [rule.event for rule, _ in fired(rules, RunStatus.PASSED, is_flaky=True)] == [
        RuleEvent.ON_FLAKY,
        RuleEvent.ON_SUCCESS,
    ]
    assert [rule.event for rule, _ in fired(rules, RunStatus.PASSED)] == [RuleEvent.ON_SUCCESS]
