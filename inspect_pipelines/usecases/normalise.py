"""Normalise: what a source sent, in its own words, becomes an event that triggers can look at."""

from __future__ import annotations

from inspect_pipelines.domain.event import Delivery, Event, EventStatus
from inspect_pipelines.domain.source import Source


def normalise(delivery: Delivery, source: Source) -> Event:
    """The event: `received`, `ignored` or, with a sentence why, `unreadable`."""
    raise NotImplementedError


def unreadable(delivery: Delivery, problem: str, *, type: str = "") -> Event:  # noqa: A002 - as an event has it
    """The event of a delivery that nobody understands; it is kept and shown."""
    return Event(
        id=delivery.id,
        org_id=delivery.org_id,
        source_id=delivery.source_id,
        source_kind=delivery.source_kind,
        source_delivery_id=delivery.source_delivery_id,
        type=type or delivery.kind or "unknown",
        received_at=delivery.received_at,
        status=EventStatus.UNREADABLE,
        problem=problem,
    )
