from __future__ import annotations

import pytest

from inspect_pipelines.domain.message import MessageKind, Urgency
from inspect_pipelines.errors import ChannelError
from messages import a_message
from stand_ins.channel_rigs import Rig
from stand_ins.server import Says


@pytest.mark.parametrize(
    ("kind", "severity", "actions"),
    [
        (MessageKind.OPENED, Urgency.CRITICAL, ["trigger"]),
        (MessageKind.REMINDER, Urgency.ERROR, ["trigger"]),
        (MessageKind.FLAPPING, Urgency.WARNING, ["trigger"]),
        (MessageKind.REVIEW, Urgency.INFO, ["trigger"]),
        (MessageKind.NOTICE, Urgency.WARNING, ["trigger"]),
        (MessageKind.COMPLETE, Urgency.ERROR, ["trigger"]),
        (MessageKind.COMPLETE, Urgency.INFO, ["resolve"]),
        (MessageKind.SUCCESS, Urgency.INFO, ["resolve"]),
        (MessageKind.FLAKY, Urgency.INFO, ["resolve"]),
        (MessageKind.ACKNOWLEDGED, Urgency.ERROR, ["acknowledge"]),
        (MessageKind.RESOLVED, Urgency.ERROR, ["resolve"]),
        (MessageKind.TEST, Urgency.INFO, ["trigger", "resolve"]),
    ],
)
def test_bad_news_triggers_and_good_news_resolves(pagerduty: Rig, kind, severity, actions) -> None:
    pagerduty.send(a_message(kind=kind, severity=severity))

    assert [event["event_action"] for event in pagerduty.service.events] == actions


def test_an_alert_says_what_changed_and_leads_to_the_run(pagerduty: Rig) -> None:
    receipt = pagerduty.send()

    (event,) = pagerduty.service.events
    payload = event["payload"]
    assert payload["summary"] == "Nightly checkout failed: button 'Pay' changed colour clearly (14 of 100)"
    assert (payload["severity"], payload["source"], payload["component"]) == (
        "error",
        "Nightly checkout",
        "acme/shop",
    )
    assert payload["custom_details"]["Since"] == "2026-11-22 02:00 UTC"
    assert event["links"][0] == {"href": "https://qa.acme.example/runs/2", "text": "Run"}
    assert receipt.thread == {"dedup_key": "incident:01900000"}


def test_one_cause_is_one_alert_however_often_it_is_told(pagerduty: Rig) -> None:
    for number in range(3):
        pagerduty.send(number=number)

    assert pagerduty.service.alerts == {"incident:01900000": "trigger"}


@pytest.mark.parametrize("text", ["x" * 5000, "é" * 5000])
def test_a_summary_is_cut_to_what_pagerduty_takes(pagerduty: Rig, text: str) -> None:
    pagerduty.send(a_message(sentence=text, dedup_key="k" * 400))

    (event,) = pagerduty.service.events
    assert len(event["payload"]["summary"]) == 1024
    assert len(event["dedup_key"]) == 255


@pytest.mark.parametrize("body", [{"status": "throttled", "message": "wait"}, "fine", []])
def test_an_answer_without_success_is_no_receipt(pagerduty: Rig, body) -> None:
    pagerduty.says(Says(202, body))

    with pytest.raises(ChannelError, match="did not accept the event") as caught:
        pagerduty.send()

    assert caught.value.retry_may_help
