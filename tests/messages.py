"""Messages and notifications for the tests of channels."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from builders import NOW
from inspect_pipelines.domain.ids import DEFAULT_ORG, IncidentId, RunId
from inspect_pipelines.domain.message import CommitContext, Link, Message, MessageKind, Urgency
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.plan import RuleEvent
from stand_ins.github import SHA


def a_message(**changes: Any) -> Message:
    values: dict[str, Any] = {
        "kind": MessageKind.OPENED,
        "severity": Urgency.ERROR,
        "title": "Nightly checkout failed",
        "verdict": "failed",
        "sentence": "button 'Pay' changed colour clearly (14 of 100)",
        "dedup_key": "incident:01900000",
        "lines": ("basket@desktop: text of heading changed from 'Total 9' to 'Total 8'",),
        "definition_name": "Nightly checkout",
        "since": NOW - timedelta(hours=5),
        "last_good": Link("run 01900000", "https://qa.acme.example/runs/1"),
        "suspects": (Link("#41 New colours", "https://github.com/acme/shop/pull/41"),),
        "links": (
            Link("Run", "https://qa.acme.example/runs/2"),
            Link("Diff", "https://qa.acme.example/runs/2#diff"),
        ),
        "incident_id": IncidentId("01900000-0000-7000-8000-0000000000aa"),
        "commit": CommitContext("acme/shop", SHA, 7),
    }
    return Message(**(values | changes))


def a_notification(
    target: str = "slack:#qa", message: Message | None = None, number: int = 1, **changes: Any
) -> Notification:
    values: dict[str, Any] = {
        "id": f"01900000-0000-7000-8000-{number:012d}:on_failure:{target}",
        "org_id": DEFAULT_ORG,
        "run_id": RunId("01900000-0000-7000-8000-000000000002"),
        "event": RuleEvent.ON_FAILURE,
        "target": target,
        "title": "Nightly checkout failed",
        "text": "button 'Pay' changed colour clearly (14 of 100)",
        "mentions": (),
        "created_at": NOW,
        "message": message or a_message(),
    }
    return Notification(**(values | changes))
