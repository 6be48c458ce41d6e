"""The outbox: notifications stored with the deed they tell of, then sent, then marked."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from inspect_pipelines.config.serial import dump_json, load_json
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.notification import DeliveryStatus, Notification
from inspect_pipelines.errors import NotFound
from resources.ledger.tables import insert, outbox


class SqlOutbox:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def store(self, notification: Notification) -> None:
        statement = insert(self._connection, outbox).values(
            org_id=notification.org_id,
            id=notification.id,
            run_id=notification.run_id,
            event=notification.event.value,
            target=notification.target,
            status=notification.status.value,
            notification=dump_json(notification),
            created_at=notification.created_at,
        )
        once = ["org_id", "run_id", "event", "target"]
        self._connection.execute(statement.on_conflict_do_nothing(index_elements=once))

    def waiting(self, limit: int = 100) -> list[Notification]:
        query = sa.select(outbox.c.notification).where(outbox.c.status == DeliveryStatus.STORED.value)
        return self._all(query.order_by(outbox.c.created_at, outbox.c.id).limit(limit))

    def of_run(self, run_id: RunId) -> list[Notification]:
        query = sa.select(outbox.c.notification).where(outbox.c.run_id == run_id)
        return self._all(query.order_by(outbox.c.created_at, outbox.c.id))

    def record(self, notification: Notification) -> None:
        changed = self._connection.execute(
            sa.update(outbox)
            .where(outbox.c.org_id == notification.org_id, outbox.c.id == notification.id)
            .values(status=notification.status.value, notification=dump_json(notification))
        )
        if not changed.rowcount:
            raise NotFound(
                f"notification {notification.id!r} was never stored, so nothing can be recorded on it"
            )

    def _all(self, query: sa.Select[Any]) -> list[Notification]:
        return [load_json(Notification, text) for text in self._connection.scalars(query)]
