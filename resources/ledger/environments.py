"""Environments: what became of them and a person accepted."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from inspect_pipelines.domain.environment_change import AcceptedEnvironment
from inspect_pipelines.domain.ids import OrgId
from resources.ledger.audit import SqlAudit
from resources.ledger.decision_tables import accepted_environments
from resources.ledger.owned import Owned
from resources.ledger.tables import insert

KEPT = accepted_environments.c


class SqlEnvironments(Owned):
    def accept(self, accepted: AcceptedEnvironment) -> bool:
        self._own(accepted)
        statement = insert(self._connection, accepted_environments).values(
            org_id=self._org_id,
            change=accepted.change,
            accepted_by=accepted.by,
            accepted_at=accepted.at,
            note=accepted.note,
        )
        fresh = statement.on_conflict_do_nothing(index_elements=["org_id", "change"]).returning(KEPT.change)
        if self._connection.execute(fresh).one_or_none() is None:
            return False
        self._audit.append(
            "environment.accepted", accepted.change, by=accepted.by, at=accepted.at, detail=accepted.note
        )
        return True

    def revoke(self, change: str, *, by: str, at: datetime, note: str = "") -> bool:
        mine = KEPT.org_id == self._org_id, KEPT.change == change
        gone = sa.delete(accepted_environments).where(*mine).returning(KEPT.change)
        if self._connection.execute(gone).one_or_none() is None:
            return False
        self._audit.append("environment.revoked", change, by=by, at=at, detail=note)
        return True

    def accepted_of(self, changes: Collection[str]) -> frozenset[str]:
        query = sa.select(KEPT.change).where(KEPT.org_id == self._org_id, KEPT.change.in_(changes))
        return frozenset(self._connection.scalars(query))

    def accepted(self) -> list[AcceptedEnvironment]:
        query = sa.select(accepted_environments).where(KEPT.org_id == self._org_id)
        rows = self._connection.execute(query.order_by(KEPT.accepted_at.desc(), KEPT.change))
        return [_accepted(row) for row in rows]

    @property
    def _audit(self) -> SqlAudit:
        return SqlAudit(self._connection, self._org_id, self._via)


def _accepted(row: sa.Row[Any]) -> AcceptedEnvironment:
    return AcceptedEnvironment(OrgId(row.org_id), row.change, row.accepted_by, row.accepted_at, row.note)
