"""PagerDuty, Events API v2: one alert a cause, resolved by recovery."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inspect_pipelines.domain.message import Message, MessageKind, Urgency
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.errors import ChannelError
from inspect_pipelines.ports.channel import Receipt
from inspect_pipelines.ports.clock import Clock
from resources.channels.telling import (
    cut,
    facts,
    heading,
    label_of,
    links,
    message_of,
    more,
    plain,
    sentence,
    shown_lines,
)
from resources.http.outgoing import Outgoing

MAX_SUMMARY = 1024
MAX_LINES = 200
QUIET = frozenset({MessageKind.SUCCESS, MessageKind.COMPLETE, MessageKind.FLAKY})


class PagerDutyChannel:
    """Sends events to one service's routing key; the dedup key makes a repeated event the same alert."""

    def __init__(self, outgoing: Outgoing, url: str, routing_key: str, clock: Clock) -> None:
        self._outgoing = outgoing
        self._url = f"{url.rstrip('/')}/v2/enqueue"
        self._routing_key = routing_key
        self._clock = clock

    def send(self, notification: Notification, thread: Mapping[str, str]) -> Receipt:
        """Trigger, acknowledge or resolve. A test triggers and resolves at once, so that nobody is left with it."""
        message = message_of(notification)
        action = action_of(message)
        receipt = self._enqueue(action, message)
        if message.kind is MessageKind.TEST:
            self._enqueue("resolve", message)
        return receipt

    def _enqueue(self, action: str, message: Message) -> Receipt:
        body = event(action, message, self._routing_key, at=self._clock.now().isoformat())
        answer = self._outgoing.send("POST", self._url, json_body=body)
        told = answer.json()
        if not isinstance(told, dict) or told.get("status") != "success":
            raise self._refused(told)
        key = plain(str(told.get("dedup_key", body["dedup_key"])))
        return Receipt(f"PagerDuty accepted {action} of {key!r}", {"dedup_key": key})

    def _refused(self, told: Any) -> ChannelError:
        why = plain(str(told.get("message", ""))) if isinstance(told, dict) else "its answer is no JSON"
        return self._outgoing.error(f"did not accept the event: {cut(why, 200)}", is_permanent=False)


def action_of(message: Message) -> str:
    """What the event does to the cause's alert; good news about it ends it, and pages nobody."""
    if message.kind is MessageKind.ACKNOWLEDGED:
        return "acknowledge"
    is_good = message.kind in QUIET and message.severity is Urgency.INFO
    return "resolve" if is_good or message.kind is MessageKind.RESOLVED else "trigger"


def event(action: str, message: Message, routing_key: str, *, at: str) -> dict[str, Any]:
    """The request's body; its parts' limits keep it far below the 512 KB that PagerDuty takes."""
    base: dict[str, Any] = {
        "routing_key": routing_key,
        "event_action": action,
        "dedup_key": message.dedup_key[:255],
        "client": "inspect-pipelines",
    }
    if action != "trigger":
        return base
    shown, left_out = shown_lines(message.lines, count=MAX_LINES, size=100_000, line_size=1000)
    details: dict[str, Any] = {
        fact.label: ", ".join(
            [*(f"{label_of(link)} {link.url}" for link in fact.links), *([fact.text] if fact.text else [])]
        )
        for fact in facts(message)
    }
    if sentence(message):
        details["What changed"] = sentence(message, 4000)
    if shown:
        details["Findings"] = [*shown, *([more(left_out)] if left_out else [])]
    if message.pictures:
        details["Pictures"] = [cut(plain(picture.alt), 300) for picture in message.pictures[:3]]
    summary = f"{heading(message, 300)}: {sentence(message)}" if sentence(message) else heading(message, 300)
    return {
        **base,
        "payload": {
            "summary": cut(summary, MAX_SUMMARY),
            "source": cut(plain(message.definition_name), 255) or "inspect-pipelines",
            "severity": message.severity.value,
            "timestamp": at,
            "component": cut(plain(message.commit.repo), 255) if message.commit else "",
            "class": message.kind.value,
            "custom_details": details,
        },
        "links": [{"href": link.url, "text": label_of(link)} for link in links(message)],
    }
