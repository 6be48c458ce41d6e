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
from inspect_pipelines.usecases.alerts.resend import resend
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.deed import Deed
from inspect_pipelines.web.api.route import USUAL, Answer, AskedBy, AskedOnce, Cursor, Limit, Routes


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

    @routes.post(
        "/notifications/{notification_id}/resend",
        permitted(Permission.NOTIFICATIONS_RESEND),
        Answer(NotificationDossier),
        Deed("notification.resend", "notification_id"),
    )
    def send_again(asked: AskedOnce, notification_id: str) -> Response:
        """Have a message sent once more, under the same id."""
        present(notification_with(asked.house, notification_id), "notification", notification_id)
        resend(asked.house, notification_id)
        found = notification_with(asked.house, notification_id)
        return asked.answer(present(found, "notification", notification_id))

    return routes
