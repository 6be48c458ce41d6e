"""`/events`."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.event import Event, EventStatus
from inspect_pipelines.domain.ids import SourceId
from inspect_pipelines.queries.events import (
    EventDossier,
    Replayed,
    event_with,
    list_events,
    sent_payload,
    show_replay,
)
from inspect_pipelines.usecases.events.replay import replay
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.deed import Deed
from inspect_pipelines.web.api.moment import Moment
from inspect_pipelines.web.api.route import USUAL, Answer, AskedBy, AskedOnce, Cursor, Limit, Routes

BYTES = "application/octet-stream"
SENT = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Disposition": "attachment",  # a browser shows nothing of what strangers wrote
}


def events(gate: Gate) -> Routes:
    routes = Routes(gate, "events")
    reads = permitted(Permission.EVENTS_READ)

    @routes.get("/events", reads, Answer(Event, is_page=True))
    def list_(
        asked: AskedBy,
        status: Annotated[list[EventStatus] | None, Query(description="Only these; may be repeated.")] = None,
        kind: Annotated[
            str | None, Query(alias="type", description="Only this one.", examples=["pull_request.merged"])
        ] = None,
        source_id: Annotated[str | None, Query(description="Only this source's.")] = None,
        since: Annotated[Moment | None, Query(alias="from", description="Received then or later.")] = None,
        limit: Limit = USUAL,
        cursor: Cursor = None,
    ) -> Response:
        """What sources told, newest first by (received_at, id)."""
        found = list_events(
            asked.house,
            status=status,
            type=kind,
            source_id=SourceId(source_id) if source_id is not None else None,
            since=since,
            cursor=cursor,
            limit=limit,
        )
        return asked.page(found)

    @routes.get("/events/{event_id}", reads, Answer(EventDossier))
    def show(asked: AskedBy, event_id: str) -> Response:
        """An event with what came of it at each trigger."""
        return asked.answer(present(event_with(asked.house, event_id), "event", event_id))

    @routes.get(
        "/events/{event_id}/payload",
        permitted(Permission.EVENTS_REPLAY),
        Answer(bytes, media_type=BYTES),
    )
    def payload(asked: AskedBy, event_id: str) -> Response:
        """What the source sent, byte for byte, while it is kept; for whoever may have it decided once more."""
        found = present(event_with(asked.house, event_id), "event", event_id)
        body = sent_payload(asked.house, found.event)
        return Response(body, media_type=BYTES, headers=SENT)

    @routes.post(
        "/events/{event_id}/replay",
        permitted(Permission.EVENTS_REPLAY),
        Answer(Replayed),
        Deed("event.replay", "event_id"),
    )
    def look_again(asked: AskedOnce, event_id: str) -> Response:
        """Decide about an event once more, through the same gates as a delivery; what it starts now are new runs."""
        found = present(event_with(asked.house, event_id), "event", event_id)
        return asked.answer(show_replay(asked.house, replay(asked.house, found.event.id)))

    return routes
