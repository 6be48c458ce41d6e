"""`/notifications`."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.notification import DeliveryStatus
from inspect_pipelines.queries.notifications import (
    NotificationDossier,
    NotificationSummary,
    list_notifications,
    notification_with,
)
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.route import USUAL, Answer, AskedBy, Cursor, Limit, Routes


def notifications(gate: Gate) -> Routes:
    routes = Routes(gate, "notifications")
    reads = permitted(Permission.NOTIFICATIONS_READ)

    @routes.get("/notifications", reads, Answer(NotificationSummary, is_page=True))
    def list_(
        asked: AskedBy,
        status: Annotated[DeliveryStatus | None, Query(description="Only these.")] = None,
        limit: Limit = USUAL,
        cursor: Cursor = None,
    ) -> Response:
        """What was said to whom, newest first by (created_at, id)."""
        wanted = status.value if status else None
        return asked.page(list_notifications(asked.house, status=wanted, cursor=cursor, limit=limit))

    @routes.get("/notifications/{notification_id}", reads, Answer(NotificationDossier))
    def show(asked: AskedBy, notification_id: str) -> Response:
        """A message with every try to deliver it."""
        found = notification_with(asked.house, notification_id)
        return asked.answer(present(found, "notification", notification_id))

    return routes
