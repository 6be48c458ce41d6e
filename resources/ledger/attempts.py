"""Attempts to deliver a notification: each has a number, a sender, a beginning and, mostly, an end."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from inspect_pipelines.domain.notification import Attempt, Notification
from resources.ledger.alert_tables import delivery_attempts
from resources.ledger.owned import Owned


class SqlAttempts(Owned):
    def begin(self, notification: Notification, sender: str, now: datetime) -> None:
        self._connection.execute(
            sa.insert(delivery_attempts).values(
                org_id=self._org_id,
                notification_id=notification.id,
                target=notification.target,
                number=notification.attempts,
                sender=sender,
                started_at=now,
                outcome="",
                detail="",
            )
        )

    def end(self, notification: Notification, outcome: str, detail: str, now: datetime) -> None:
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

    def of(self, notification_id: str) -> list[Attempt]:
        query = sa.select(delivery_attempts).where(
            delivery_attempts.c.org_id == self._org_id, delivery_attempts.c.notification_id == notification_id
        )
        rows = self._connection.execute(query.order_by(delivery_attempts.c.seq))
        return [
            Attempt(row.number, row.sender, row.started_at, row.ended_at, row.outcome, row.detail)
            for row in rows
        ]

    def begun(self, target: str, *, after: datetime) -> int:
        """How many have begun for this target since then, of all senders."""
        query = sa.select(sa.func.count()).where(
            delivery_attempts.c.org_id == self._org_id,
            delivery_attempts.c.target == target,
            delivery_attempts.c.started_at > after,
        )
        return self._connection.execute(query).scalar_one()
