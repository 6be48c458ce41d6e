"""Normalise: what a source sent, in its own words, becomes an event that triggers can look at."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from inspect_pipelines.domain.event import Delivery, Event, EventStatus, SourceKind
from inspect_pipelines.domain.github_event import github_event
from inspect_pipelines.domain.payload import Payload, read_json
from inspect_pipelines.domain.sender import MAPPINGS
from inspect_pipelines.domain.source import Source
from inspect_pipelines.errors import Unreadable
from inspect_pipelines.usecases.events.map_payload import map_payload

REMEMBERED = timedelta(days=7)  # a delivery's id, at the least


def normalise(delivery: Delivery, source: Source) -> Event:
    """The event: `received`, `ignored` or, with a sentence why, `unreadable`; whatever the payload holds."""
    base = _base(delivery, delivery.kind or source.kind.value)
    try:
        payload = read_json(delivery.body)
        event = _in_time(_read(base, delivery, source, payload))
    except Unreadable as error:
        return replace(base, status=EventStatus.UNREADABLE, problem=str(error))
    return gated(event, source)


def gated(event: Event, source: Source) -> Event:
    """The event, `ignored` when its source does not list its repository."""
    if event.status is EventStatus.RECEIVED and not source.admits(event.repo):
        which = f"the repository {event.repo!r}" if event.repo else "an event without a repository"
        return replace(
            event, status=EventStatus.IGNORED, problem=f"{which} is not in the list of source {source.id!r}"
        )
    return event


def _in_time(event: Event) -> Event:
    """The event, `ignored` when it is older than delivery ids are remembered and nothing else would tell a repeat.

    Standard Webhooks signs the time of sending, which is checked at the door; these senders sign the body only, and repeat a
    delivery for hours. GitHub's may be asked for again for days, so that they are told apart by their ids alone.
    """
    if (
        event.source_kind not in MAPPINGS
        or event.event_time is None
        or event.status is not EventStatus.RECEIVED
    ):
        return event
    if event.received_at - event.event_time <= REMEMBERED:
        return event
    days = (event.received_at - event.event_time).days
    return event.ignored(f"it came {days} days after it happened; perhaps somebody sent it again")


def unreadable(delivery: Delivery, problem: str) -> Event:
    """The event of a delivery that nobody understands; it is kept and shown."""
    return replace(
        _base(delivery, delivery.kind or delivery.source_kind.value),
        status=EventStatus.UNREADABLE,
        problem=problem,
    )


def _read(base: Event, delivery: Delivery, source: Source, payload: Any) -> Event:
    if source.kind is not delivery.source_kind:
        raise Unreadable(
            f"the source {source.id!r} was {delivery.source_kind.value!r} when this came and is {source.kind.value!r} now"
        )
    if source.kind is SourceKind.GITHUB:
        return github_event(base, delivery.kind, Payload(payload))
    return map_payload(base, source, payload)


def _base(delivery: Delivery, kind: str) -> Event:
    return Event(
        id=delivery.id,
        org_id=delivery.org_id,
        source_id=delivery.source_id,
        source_kind=delivery.source_kind,
        source_delivery_id=delivery.source_delivery_id,
        type=kind,
        received_at=delivery.received_at,
    )
