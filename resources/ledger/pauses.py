"""Pauses: added, lifted, and kept when they are over."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from inspect_pipelines.domain.ids import DefinitionId, OrgId
from inspect_pipelines.domain.pause import Pause
from resources.ledger.audit import SqlAudit
from resources.ledger.owned import Owned
from resources.ledger.tables import insert, pauses


class SqlPauses(Owned):
    def add(self, pause: Pause) -> None:
        self._own(pause)
        statement = insert(self._connection, pauses).values(
            org_id=self._org_id,
            id=pause.pause_id,
            definition_id=pause.definition_id,
            reason=pause.reason,
            paused_by=pause.by,
            since=pause.since,
            until=pause.until,
            lifted_at=pause.lifted_at,
            lifted_by=pause.lifted_by,
        )
        once = statement.on_conflict_do_nothing(index_elements=["org_id", "id"]).returning(pauses.c.id)
        if self._connection.scalar(once) is not None:
            self._tell("paused", pause.definition_id, pause.by, pause.since, pause.reason)

    def lift(self, definition_id: DefinitionId | None, *, now: datetime, by: str) -> int:
        lifted = self._connection.execute(
            sa.update(pauses)
            .where(
                pauses.c.org_id == self._org_id,
                pauses.c.definition_id.is_(None)
                if definition_id is None
                else pauses.c.definition_id == definition_id,
                pauses.c.lifted_at.is_(None),
                sa.or_(pauses.c.until.is_(None), pauses.c.until > now),
            )
            .values(lifted_at=now, lifted_by=by)
        )
        if lifted.rowcount:
            self._tell("resumed", definition_id, by, now, "")
        return lifted.rowcount

    def active(self, definition_id: DefinitionId | None, now: datetime) -> tuple[Pause, ...]:
        return tuple(pause for pause in self.of(definition_id) if pause.holds(now))

    def listed(self, now: datetime) -> tuple[Pause, ...]:
        return tuple(pause for pause in self._all(pauses.c.org_id == self._org_id) if pause.holds(now))

    def of(self, definition_id: DefinitionId | None) -> tuple[Pause, ...]:
        whose: sa.ColumnElement[bool] = pauses.c.definition_id.is_(None)
        if definition_id is not None:
            whose = sa.or_(whose, pauses.c.definition_id == definition_id)
        return self._all(pauses.c.org_id == self._org_id, whose)

    def _all(self, *conditions: sa.ColumnElement[bool]) -> tuple[Pause, ...]:
        query = sa.select(pauses).where(*conditions).order_by(pauses.c.since, pauses.c.id)
        return tuple(_pause(row) for row in self._connection.execute(query))

    def _tell(self, deed: str, what: DefinitionId | None, by: str, at: datetime, why: str) -> None:
        subject, action = (what, f"definition.{deed}") if what else (self._org_id, f"organization.{deed}")
        SqlAudit(self._connection, self._org_id, self._via).append(action, subject, by=by, at=at, detail=why)


def _pause(row: sa.Row[tuple[object, ...]]) -> Pause:
    return Pause(
        pause_id=row.id,
        org_id=OrgId(row.org_id),
        definition_id=None if row.definition_id is None else DefinitionId(row.definition_id),
        reason=row.reason,
        by=row.paused_by,
        since=row.since,
        until=row.until,
        lifted_at=row.lifted_at,
        lifted_by=row.lifted_by,
    )
