"""Events in the ledger: what sources told, and how far each has come."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from inspect_pipelines.domain.event import Event, EventStatus
from inspect_pipelines.domain.ids import EventId, SourceId
from inspect_pipelines.domain.position import Position


class Events(Protocol):
    """What sources told, normalised; a delivery's payload stays in the inbox."""

    def add(self, event: Event) -> bool:
        """Keep a new one; False when its id is there already, which then stays as it is."""

    def save(self, event: Event) -> None:
        """Replace one that was added: its status, problem and changed paths become known later.

        Raises:
            NotFound: It was never added.
        """

    def find(self, event_id: EventId) -> Event | None: ...
    def with_status(self, *statuses: EventStatus, limit: int = 100) -> list[Event]:
        """Those that have come so far, oldest first."""

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
        """Newest first, by (received_at, id).

        Args:
            status: One or several; None: any.
            type: Exactly this one.
            since: Received then or later.
            before: Only what stands behind this place in the list.
        """

    def with_prefix(self, prefix: str, limit: int = 5) -> list[Event]:
        """Events whose id begins so, newest first."""
