"""Claims: which waiting message goes next, leased to one sender at a time.

What a service takes per second is counted here, over the attempts of all senders: a run's last op and the web process
share the ledger and nothing else, so a bucket in either one's memory would let both pour at once.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from inspect_pipelines.domain.channel import Kinds, spec_of
from inspect_pipelines.domain.ids import IncidentId, OrgId
from inspect_pipelines.domain.message import MessageKind
from inspect_pipelines.domain.notification import Notification
from resources.ledger.attempts import SqlAttempts
from resources.ledger.outbox_rows import IS_STORED, is_free, notification_of
from resources.ledger.owned import Owned
from resources.ledger.tables import outbox

IS_DIGEST = sa.and_(outbox.c.kind == MessageKind.OPENED.value, outbox.c.thread_key.is_(None))
EARLIER = outbox.alias("earlier")


class SqlClaims(Owned):
    def __init__(self, connection: sa.Connection, org_id: OrgId) -> None:
        super().__init__(connection, org_id)
        self._attempts = SqlAttempts(connection, org_id)

    @property
    def _is_own(self) -> sa.ColumnElement[bool]:
        return outbox.c.org_id == self._org_id

    def claim_next(self, sender: str, *, now: datetime, until: datetime, kinds: Kinds) -> Notification | None:
        for target in self._due_targets(now):
            if not self._has_room(target, kinds, now):
                continue
            if found := self._first_for(target, now):
                return self._claimed(found, sender, now=now, until=until)
        return None

    def _due_targets(self, now: datetime) -> list[str]:
        """Targets with something due and nothing under way, the one that waits longest first."""
        under_way = sa.select(outbox.c.target).where(self._is_own, IS_STORED, outbox.c.lease_until > now)
        query = (
            sa.select(outbox.c.target)
            .where(
                self._is_own,
                IS_STORED,
                outbox.c.due_at <= now,
                is_free(now),
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
        since = now - timedelta(seconds=pace.seconds)
        return self._attempts.begun(target, after=since) < pace.messages

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
            is_free(now),
            sa.not_(waits_for),
            sa.func.coalesce(outbox.c.incident_id, "").not_in(self._still_gathered(target)),
        )
        row = self._connection.execute(
            query.order_by(outbox.c.created_at, outbox.c.id).limit(1)
        ).one_or_none()
        return None if row is None else notification_of(row)

    def _still_gathered(self, target: str) -> list[IncidentId]:
        """The incidents that are opened by messages which have not arrived yet, several by one."""
        query = sa.select(outbox).where(self._is_own, IS_STORED, IS_DIGEST, outbox.c.target == target)
        digests = [notification_of(row) for row in self._connection.execute(query)]
        return [one for digest in digests for one in digest.gathered]

    def _claimed(
        self, notification: Notification, sender: str, *, now: datetime, until: datetime
    ) -> Notification:
        self._attempts.end(notification, "interrupted", "its sender did not say how it ended", now)
        begun = replace(notification, attempts=notification.attempts + 1)
        self._connection.execute(
            sa.update(outbox)
            .where(self._is_own, outbox.c.id == begun.id)
            .values(lease_owner=sender, lease_until=until, attempts=begun.attempts)
        )
        self._attempts.begin(begun, sender, now)
        return begun
