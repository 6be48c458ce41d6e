"""The audit: who did what to what, and when; appended in the transaction of the deed."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from inspect_pipelines.domain.audit import AuditEntry, told
from resources.ledger.owned import Owned
from resources.ledger.tables import audit


class SqlAudit(Owned):
    def append(self, action: str, subject: str, *, by: str, at: datetime, detail: str = "") -> None:
        actor, detail = told(by, detail)
        self._connection.execute(
            sa.insert(audit).values(
                org_id=self._org_id,
                happened_at=at,
                actor=actor,
                action=action,
                subject=subject,
                detail=detail,
                via=self._via,
            )
        )

    def latest(self, limit: int = 100) -> list[tuple[datetime, str, str, str, str]]:
        """(when, who, action, subject, detail), newest first."""
        query = (
            sa.select(audit.c.happened_at, audit.c.actor, audit.c.action, audit.c.subject, audit.c.detail)
            .where(audit.c.org_id == self._org_id)
            .order_by(audit.c.seq.desc())
            .limit(limit)
        )
        return [tuple(row) for row in self._connection.execute(query)]

    def last(self, action: str) -> AuditEntry | None:
        query = sa.select(audit).where(audit.c.org_id == self._org_id, audit.c.action == action)
        row = self._connection.execute(query.order_by(audit.c.seq.desc()).limit(1)).one_or_none()
        return None if row is None else _entry(row)

    def entries(self, *, before: int | None = None, limit: int = 50) -> list[AuditEntry]:
        query = (
            sa.select(audit).where(audit.c.org_id == self._org_id).order_by(audit.c.seq.desc()).limit(limit)
        )
        if before is not None:
            query = query.where(audit.c.seq < before)
        return [_entry(row) for row in self._connection.execute(query)]


def _entry(row: sa.Row[tuple[object, ...]]) -> AuditEntry:
    return AuditEntry(row.seq, row.happened_at, row.actor, row.action, row.subject, row.detail, row.via)
