"""GitHub's payloads in tests/payloads as events, whole or with one thing changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from builders import an_event
from inspect_pipelines.domain.event import Event
from inspect_pipelines.domain.github_event import github_event
from inspect_pipelines.domain.ids import DEFAULT_ORG, EventId, SourceId
from inspect_pipelines.domain.payload import Payload
from senders import payload

MERGE, HEAD = "9049f1265b7d61be4a8904a9a27120d2064dab3b", "34c5c7793cb3b279e22454cb6750c80560547b3a"
SEVEN = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
BASE = Event(
    id=EventId("e"),
    org_id=DEFAULT_ORG,
    source_id=SourceId("github-acme"),
    source_kind=an_event().source_kind,
    source_delivery_id="d",
    type="",
    received_at=SEVEN,
)


def changed(name: str, path: str = "", value: Any = None) -> Payload:
    """The example with one thing changed; `...` takes it out."""
    content = json.loads(payload(name))
    if path:
        *way, last = path.split(".")
        inner = content
        for step in way:
            inner = inner[step]
        if value is ...:
            del inner[last]
        else:
            inner[last] = value
    return Payload(content)


def event_of(name: str, path: str = "", value: Any = None) -> Event:
    return github_event(BASE, name.partition(".")[0], changed(name, path, value))


def told(event: Event, *fields: str) -> tuple[Any, ...]:
    return tuple(getattr(event, field) for field in fields)
