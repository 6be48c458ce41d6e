"""The outbox: notifications stored with the deed they tell of, leased to one sender at a time, sent, then marked.

What a service takes per second is counted here, over the attempts of all senders: a run's last op and the web process
share the ledger and nothing else, so a bucket in either one's memory would let both pour at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from inspect_pipelines.domain.channel import Kinds, spec_of
from inspect_pipelines.domain.ids import IncidentId, RunId
from inspect_pipelines.domain.message import MessageKind
from inspect_pipelines.domain.notification import Attempt, DeliveryStatus, Notification
from inspect_pipelines.domain.position import Position
from inspect_pipelines.errors import NotFound
from inspect_pipelines.stored.notification import NOTIFICATION
from resources.ledger.alert_tables import delivery_attempts, threads
from resources.ledger.keyset import newest_first
from resources.ledger.owned import Owned
from resources.ledger.tables import insert, outbox

IS_STORED = outbox.c.status == "stored"  # the literal lets SQLite use the partial index
IS_DIGEST = sa.and_(outbox.c.kind == MessageKind.OPENED.value, outbox.c.thread_key.is_(None))
EARLIER = outbox.alias("earlier")


class SqlOutbox(Owned):
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
            kind=_kind(notification),
            target=notification.target,
            created_at=notification.created_at,
            **_changing(notification),
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
                **_changing(notification),
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
            .where(self._is_own, IS_STORED, outbox.c.due_at <= now, _is_free(now))
            .limit(1)
        )
        return self._connection.scalar(query) is not None

    def claim_next(self, sender: str, *, now: datetime, until: datetime, kinds: Kinds) -> Notification | None:
        for target in self._due_targets(now):
            if not self._has_room(target, kinds, now):
                continue
            if found := self._first_for(target, now):
                return self._claimed(found, sender, now=now, until=until)
        return None

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
            .values(lease_owner=None, lease_until=None, **_changing(notification))
        )
        if not changed.rowcount:
            if self.find(notification.id) is None:
                raise NotFound(
                    f"notification {notification.id!r} was never stored, so nothing can be recorded on it"
                )
            return False
        self._end_attempt(notification, "sent" if has_arrived else "failed", notification.receipt, now)
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
        query = sa.select(delivery_attempts).where(
            delivery_attempts.c.org_id == self._org_id, delivery_attempts.c.notification_id == notification_id
        )
        rows = self._connection.execute(query.order_by(delivery_attempts.c.seq))
        return [
            Attempt(row.number, row.sender, row.started_at, row.ended_at, row.outcome, row.detail)
            for row in rows
        ]

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

    def _due_targets(self, now: datetime) -> list[str]:
        """Targets with something due and nothing under way, the one that waits longest first."""
        under_way = sa.select(outbox.c.target).where(self._is_own, IS_STORED, outbox.c.lease_until > now)
        query = (
            sa.select(outbox.c.target)
            .where(
                self._is_own,
                IS_STORED,
                outbox.c.due_at <= now,
                _is_free(now),
                outbox.c.target.not_in(under_way),
            )
            .group_by(outbox.c.target)
            .order_by(sa.func.min(outbox.c.due_at), outbox.c.target)
        )
        return [*self._connection.scalars(query)]

    def _has_room(self, target: str, kinds: Kinds, now: datetime) -> bool:
        pace = spec_of(kinds, target).pace
        if pace is None:
            return True
        begun = sa.select(sa.func.count()).where(
            delivery_attempts.c.org_id == self._org_id,
            delivery_attempts.c.target == target,
            delivery_attempts.c.started_at > now - timedelta(seconds=pace.seconds),
        )
        return self._connection.execute(begun).scalar_one() < pace.messages

    def _first_for(self, target: str, now: datetime) -> Notification | None:
        """The oldest due one, unless an older one of its thread, or its opening, waits for its turn or its retry."""
        waits_for = (
            sa.select(EARLIER.c.id)
            .where(
                EARLIER.c.org_id == outbox.c.org_id,
                EARLIER.c.thread_key == outbox.c.thread_key,
                EARLIER.c.target == outbox.c.target,
                EARLIER.c.status == "stored",
                EARLIER.c.created_at < outbox.c.created_at,
            )
            .exists()
        )
        query = sa.select(outbox).where(
            self._is_own,
            IS_STORED,
            outbox.c.target == target,
            outbox.c.due_at <= now,
            _is_free(now),
            sa.not_(waits_for),
            sa.func.coalesce(outbox.c.incident_id, "").not_in(self._still_gathered(target)),
        )
        return self._one(query.order_by(outbox.c.created_at, outbox.c.id).limit(1))

    def _still_gathered(self, target: str) -> list[IncidentId]:
        """The incidents that are opened by messages which have not arrived yet, several by one."""
        query = sa.select(outbox).where(self._is_own, IS_STORED, IS_DIGEST, outbox.c.target == target)
        return [one for digest in self._all(query) for one in digest.gathered]

    def _claimed(
        self, notification: Notification, sender: str, *, now: datetime, until: datetime
    ) -> Notification:
        self._end_attempt(notification, "interrupted", "its sender did not say how it ended", now)
        begun = replace(notification, attempts=notification.attempts + 1)
        self._connection.execute(
            sa.update(outbox)
            .where(self._is(begun))
            .values(lease_owner=sender, lease_until=until, attempts=begun.attempts)
        )
        self._connection.execute(
            sa.insert(delivery_attempts).values(
                org_id=self._org_id,
                notification_id=begun.id,
                target=begun.target,
                number=begun.attempts,
                sender=sender,
                started_at=now,
                outcome="",
                detail="",
            )
        )
        return begun

    def _end_attempt(self, notification: Notification, outcome: str, detail: str, now: datetime) -> None:
        """The one that has no end yet; a lease that ran out leaves one behind."""
        self._connection.execute(
            sa.update(delivery_attempts)
            .where(
                delivery_attempts.c.org_id == self._org_id,
                delivery_attempts.c.notification_id == notification.id,
                delivery_attempts.c.ended_at.is_(None),
            )
            .values(ended_at=now, outcome=outcome, detail=detail)
        )

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
        return None if row is None else _notification(row)

    def _all(self, query: sa.Select[Any]) -> list[Notification]:
        return [_notification(row) for row in self._connection.execute(query)]


def _is_free(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= now)


def _kind(notification: Notification) -> str:
    return notification.message.kind.value if notification.message else ""


def _changing(notification: Notification) -> dict[str, Any]:
    return {
        "status": notification.status.value,
        "notification": NOTIFICATION.dump(notification),
        "due_at": notification.due_at or notification.created_at,
        "attempts": notification.attempts,
    }


def _notification(row: sa.Row[Any]) -> Notification:
    stored = NOTIFICATION.load(row.notification)
    due_at = row.due_at if row.due_at != row.created_at else stored.due_at
    return replace(stored, status=DeliveryStatus(row.status), attempts=row.attempts, due_at=due_at)
