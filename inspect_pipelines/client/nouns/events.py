"""What the API can do with events. Written by `python docs/client.py`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from inspect_pipelines.client.noun import Noun, below
from inspect_pipelines.client.pages import Pages
from inspect_pipelines.domain.event import Event, EventStatus
from inspect_pipelines.queries.events import EventDossier, Replayed


class Events(Noun):
    """`client.events`."""

    def list(
        self,
        *,
        status: Sequence[EventStatus] | None = None,
        kind: str | None = None,
        source_id: str | None = None,
        since: datetime | None = None,
        page_size: int = 50,
        cursor: str | None = None,
    ) -> Pages[Event]:
        """What sources told, newest first by (received_at, id)."""
        return self._pages(
            Event,
            "/events",
            {"status": status, "type": kind, "source_id": source_id, "from": since},
            page_size=page_size,
            cursor=cursor,
        )

    def show(self, event_id: str) -> EventDossier:
        """An event with what came of it at each trigger."""
        return self._one(EventDossier, "GET", below("/events/{event_id}", event_id=event_id))

    def payload(self, event_id: str) -> bytes:
        """What the source sent, byte for byte, while it is kept; for whoever may have it decided once more."""
        return self._bytes(below("/events/{event_id}/payload", event_id=event_id))

    def look_again(self, event_id: str, *, key: str | None = None) -> Replayed:
        """Decide about an event once more, through the same gates as a delivery; what it starts now are new runs."""
        return self._one(
            Replayed,
            "POST",
            below("/events/{event_id}/replay", event_id=event_id),
            headers={"Idempotency-Key": key},
        )
