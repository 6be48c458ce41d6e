"""Agents' sessions: what we wanted, and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.remote_session import RemoteSession, RemoteStatus
from resources.ledger.keyset import newest_first
from resources.ledger.owned import Owned
from resources.ledger.remote_session_tables import remote_sessions
from resources.ledger.tables import insert, runs

KEPT = remote_sessions.c


class SqlRemoteSessions(Owned):
    def find(self, session_id: str) -> RemoteSession | None:
        row = self._connection.execute(self._all().where(KEPT.id == session_id)).one_or_none()
        return None if row is None else _session(row)

    def save(self, session: RemoteSession) -> None:
        values = {**asdict(session), "status": session.status.value}
        statement = insert(self._connection, remote_sessions).values(org_id=self._org_id, **values)
        del values["id"]
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["org_id", "id"], set_=values)
        )

    def open(self) -> list[RemoteSession]:
        query = self._all().where(KEPT.status != RemoteStatus.ENDED.value)
        return self._listed(query.order_by(KEPT.opened_at, KEPT.id))

    def of_runs(self, run_ids: Collection[RunId]) -> list[RemoteSession]:
        return self._listed(self._all().where(KEPT.run_id.in_(run_ids)).order_by(KEPT.opened_at, KEPT.id))

    def cost_since(self, at: datetime) -> Mapping[DefinitionId, float]:
        query = (
            sa.select(runs.c.definition_id, sa.func.sum(KEPT.cost_usd))
            .join(runs, sa.and_(runs.c.org_id == KEPT.org_id, runs.c.id == KEPT.run_id))
            .where(KEPT.org_id == self._org_id, KEPT.opened_at >= at, KEPT.cost_usd.is_not(None))
            .group_by(runs.c.definition_id)
        )
        return {DefinitionId(name): float(usd) for name, usd in self._connection.execute(query)}

    def latest(self, limit: int, *, before: Position | None = None) -> list[RemoteSession]:
        return self._listed(newest_first(self._all(), KEPT.opened_at, KEPT.id, before=before, limit=limit))

    def _all(self) -> sa.Select[Any]:
        return sa.select(remote_sessions).where(KEPT.org_id == self._org_id)

    def _listed(self, query: sa.Select[Any]) -> list[RemoteSession]:
        rows: Iterable[Any] = self._connection.execute(query)
        return [_session(row) for row in rows]


def _session(row: Any) -> RemoteSession:
    fields = {name: value for name, value in row._mapping.items() if name != "org_id"}
    return RemoteSession(**{**fields, "status": RemoteStatus(row.status)})
