"""Rows of the outbox as notifications, and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from inspect_pipelines.domain.notification import DeliveryStatus, Notification
from inspect_pipelines.stored.notification import NOTIFICATION
from resources.ledger.tables import outbox

IS_STORED = outbox.c.status == "stored"  # the literal lets SQLite use the partial index


def is_free(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= now)


def kind_of(notification: Notification) -> str:
    return notification.message.kind.value if notification.message else ""


def changing(notification: Notification) -> dict[str, Any]:
    return {
        "status": notification.status.value,
        "notification": NOTIFICATION.dump(notification),
        "due_at": notification.due_at or notification.created_at,
        "attempts": notification.attempts,
    }


def notification_of(row: sa.Row[Any]) -> Notification:
    stored = NOTIFICATION.load(row.notification)
    due_at = row.due_at if row.due_at != row.created_at else stored.due_at
    return replace(stored, status=DeliveryStatus(row.status), attempts=row.attempts, due_at=due_at)
