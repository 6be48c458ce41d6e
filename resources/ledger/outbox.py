"""The outbox: notifications stored with the deed they tell of, and what became of each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from inspect_pipelines.domain.channel import Kinds
from inspect_pipelines.domain.ids import IncidentId, OrgId, RunId
from inspect_pipelines.domain.message import MessageKind
from inspect_pipelines.domain.notification import Attempt, DeliveryStatus, Notification
from inspect_pipelines.domain.position import Position
from inspect_pipelines.errors import NotFound
from resources.ledger.alert_tables import threads
from resources.ledger.attempts import SqlAttempts
from resources.ledger.claims import SqlClaims
from resources.ledger.keyset import newest_first
from resources.ledger.outbox_rows import IS_STORED, changing, is_free, kind_of, notification_of
from resources.ledger.owned import Owned
from resources.ledger.tables import insert, outbox


class SqlOutbox(Owned):
    def __init__(self, connection: sa.Connection, org_id: OrgId) -> None:
        super().__init__(connection, org_id)
        self._attempts = SqlAttempts(connection, org_id)
        self._claims = SqlClaims(connection, org_id)

    @property
    def _is_own(self) -> sa.ColumnElement[bool]:
        return outbox.c.org_id == self._org_id

    def store(self, notification: Notification) -> None:
        self._own(notification)
        statement = insert(self._connection, outbox).values(
            org_id=self._org_id,
            id=notification.id,
            key=notification.key,
            run_id=notification.run_id,
            incident_id=notification.incident_id,
            thread_key=notification.thread_key,
            event=notification.event.value,
            kind=kind_of(notification),
            target=notification.target,
            created_at=notification.created_at,
            **changing(notification),
        )
        self._connection.execute(statement.on_conflict_do_nothing(index_elements=["org_id", "key"]))

    def replace(self, notification: Notification) -> None:
        self._own(notification)
        self._connection.execute(
            sa.update(outbox)
            .where(self._is(notification))
            .values(
                incident_id=notification.incident_id,
                thread_key=notification.thread_key,
                **changing(notification),
            )
        )

    def held_for(self, target: str, now: datetime) -> Notification | None:
        query = sa.select(outbox).where(
            self._is_own,
            outbox.c.target == target,
            outbox.c.kind == MessageKind.OPENED.value,
            outbox.c.due_at > now,
            outbox.c.attempts == 0,
            IS_STORED,
        )
        return self._one(query.order_by(outbox.c.due_at).limit(1))

    def last_opening(self, target: str) -> datetime | None:
        query = sa.select(sa.func.max(outbox.c.due_at)).where(
            self._is_own,
            outbox.c.target == target,
            outbox.c.kind == MessageKind.OPENED.value,
            outbox.c.attempts <= 1,  # a retry's time says nothing about when people were told first
        )
        found: datetime | None = self._connection.scalar(query)
        return found

    def is_due(self, now: datetime) -> bool:
        query = (
            sa.select(outbox.c.id)
            .where(self._is_own, IS_STORED, outbox.c.due_at <= now, is_free(now))
            .limit(1)
        )
        return self._connection.scalar(query) is not None

    def claim_next(self, sender: str, *, now: datetime, until: datetime, kinds: Kinds) -> Notification | None:
        return self._claims.claim_next(sender, now=now, until=until, kinds=kinds)

    def thread(self, notification: Notification) -> Mapping[str, str]:
        self._own(notification)
        if notification.thread_key is None:
            return {}
        text: str | None = self._connection.scalar(
            sa.select(threads.c.thread).where(
                threads.c.org_id == self._org_id,
                threads.c.thread_key == notification.thread_key,
                threads.c.target == notification.target,
            )
        )
        found: dict[str, str] = json.loads(text) if text else {}
        return found

    def record(
        self,
        notification: Notification,
        *,
        sender: str = "",
        thread: Mapping[str, str] | None = None,
        now: datetime,
    ) -> bool:
        self._own(notification)
        has_arrived = notification.status is DeliveryStatus.SENT
        mine = sa.true() if has_arrived or not sender else outbox.c.lease_owner == sender
        changed = self._connection.execute(
            sa.update(outbox)
            .where(self._is(notification), mine)
            .values(lease_owner=None, lease_until=None, **changing(notification))
        )
        if not changed.rowcount:
            if self.find(notification.id) is None:
                raise NotFound(
                    f"notification {notification.id!r} was never stored, so nothing can be recorded on it"
                )
            return False
        self._attempts.end(notification, "sent" if has_arrived else "failed", notification.receipt, now)
        if thread and notification.thread_key is not None:
            self._keep_thread(notification, thread, now)
        return True

    def hold_back(self, target: str, *, until: datetime) -> None:
        self._connection.execute(
            sa.update(outbox)
            .where(self._is_own, outbox.c.target == target, IS_STORED, outbox.c.due_at < until)
            .values(due_at=until)
        )

    def find(self, notification_id: str) -> Notification | None:
        return self._one(sa.select(outbox).where(self._is_own, outbox.c.id == notification_id))

    def of_run(self, run_id: RunId) -> list[Notification]:
        query = sa.select(outbox).where(self._is_own, outbox.c.run_id == run_id)
        return self._all(query.order_by(outbox.c.created_at, outbox.c.id))

    def of_incident(self, incident_id: IncidentId) -> list[Notification]:
        query = sa.select(outbox).where(self._is_own, outbox.c.incident_id == incident_id)
        return self._all(query.order_by(outbox.c.created_at, outbox.c.id))

    def attempts_of(self, notification_id: str) -> list[Attempt]:
        return self._attempts.of(notification_id)

    def latest(
        self, *, status: str | None = None, before: Position | None = None, limit: int = 50
    ) -> list[Notification]:
        query = sa.select(outbox).where(self._is_own)
        if status is not None:
            query = query.where(outbox.c.status == status)
        return self._all(newest_first(query, outbox.c.created_at, outbox.c.id, before=before, limit=limit))

    def waiting(self, limit: int = 100) -> list[Notification]:
        query = sa.select(outbox).where(self._is_own, IS_STORED)
        return self._all(query.order_by(outbox.c.created_at, outbox.c.id).limit(limit))

    def _keep_thread(self, notification: Notification, thread: Mapping[str, str], now: datetime) -> None:
        changing = {"thread": json.dumps(dict(thread)), "updated_at": now}
        statement = insert(self._connection, threads).values(
            org_id=self._org_id,
            thread_key=notification.thread_key,
            target=notification.target,
            **changing,
        )
        where = ["org_id", "thread_key", "target"]
        self._connection.execute(statement.on_conflict_do_update(index_elements=where, set_=changing))

    def _is(self, notification: Notification) -> sa.ColumnElement[bool]:
        return sa.and_(self._is_own, outbox.c.id == notification.id)

    def _one(self, query: sa.Select[Any]) -> Notification | None:
        row = self._connection.execute(query).one_or_none()
        return None if row is None else notification_of(row)

    def _all(self, query: sa.Select[Any]) -> list[Notification]:
        return [notification_of(row) for row in self._connection.execute(query)]
