"""Events: what sources told, normalised, each with how far it has come."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from inspect_pipelines.domain.event import Event, EventStatus
from inspect_pipelines.domain.ids import EventId, SourceId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.errors import NotFound
from inspect_pipelines.stored.event import EVENT
from resources.ledger.event_tables import events
from resources.ledger.keyset import newest_first
from resources.ledger.owned import Owned

# Made once: building a statement costs as much as running it, and a burst of webhooks passes here.
ADD = {
    name: dialect.insert(events)
    .on_conflict_do_nothing(index_elements=["org_id", "id"])
    .returning(events.c.id)
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}
SAVE = (
    sa.update(events)
    .where(events.c.org_id == sa.bindparam("of_org"), events.c.id == sa.bindparam("of_id"))
    .values(type=sa.bindparam("new_type"), status=sa.bindparam("new_status"), event=sa.bindparam("new_event"))
)


class SqlEvents(Owned):
    def add(self, event: Event) -> bool:
        self._own(event)
        row = {
            "org_id": self._org_id,
            "id": event.id,
            "source_id": event.source_id,
            "type": event.type,
            "status": event.status.value,
            "event": EVENT.dump(event),
            "received_at": event.received_at,
        }
        return self._connection.scalar(ADD[self._connection.dialect.name], row) is not None

    def save(self, event: Event) -> None:
        self._own(event)
        values = {
            "of_org": self._org_id,
            "of_id": event.id,
            "new_type": event.type,
            "new_status": event.status.value,
            "new_event": EVENT.dump(event),
        }
        if not self._connection.execute(SAVE, values).rowcount:
            raise NotFound(f"event {event.id!r} was never taken in, so nothing can be recorded on it")

    def find(self, event_id: EventId) -> Event | None:
        text = self._connection.scalar(
            sa.select(events.c.event).where(events.c.org_id == self._org_id, events.c.id == event_id)
        )
        return None if text is None else EVENT.load(text)

    def with_status(self, *statuses: EventStatus, limit: int = 100) -> list[Event]:
        query = sa.select(events.c.event).where(
            events.c.org_id == self._org_id, events.c.status.in_([status.value for status in statuses])
        )
        return self._all(query.order_by(events.c.received_at, events.c.id).limit(limit))

    def latest(
        self,
        *,
        status: EventStatus | Collection[EventStatus] | None = None,
        type: str | None = None,  # noqa: A002 - an event's field is called so
        source_id: SourceId | None = None,
        since: datetime | None = None,
        before: Position | None = None,
        limit: int = 50,
    ) -> list[Event]:
        query = sa.select(events.c.event).where(events.c.org_id == self._org_id)
        if status is not None:
            wanted = [status] if isinstance(status, EventStatus) else status
            query = query.where(events.c.status.in_([one.value for one in wanted]))
        if type is not None:
            query = query.where(events.c.type == type)
        if source_id is not None:
            query = query.where(events.c.source_id == source_id)
        if since is not None:
            query = query.where(events.c.received_at >= since)
        return self._all(newest_first(query, events.c.received_at, events.c.id, before=before, limit=limit))

    def with_prefix(self, prefix: str, limit: int = 5) -> list[Event]:
        query = sa.select(events.c.event).where(
            events.c.org_id == self._org_id, events.c.id.startswith(prefix, autoescape=True)
        )
        return self._all(query.order_by(events.c.received_at.desc(), events.c.id.desc()).limit(limit))

    def _all(self, query: sa.Select[Any]) -> list[Event]:
        return [EVENT.load(text) for text in self._connection.scalars(query)]
