"""Teardowns that are owed: a row for each session that is being played, and for each that ended without its own."""

from __future__ import annotations

import sqlalchemy as sa

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.teardown import OwedTeardown
from resources.ledger.owned import Owned
from resources.ledger.tables import OPEN, insert, runs
from resources.ledger.teardown_tables import owed_teardowns

KEPT = owed_teardowns.c


class SqlTeardowns(Owned):
    def owe(self, owed: OwedTeardown) -> None:
        row = insert(self._connection, owed_teardowns).values(
            org_id=self._org_id,
            session_id=owed.session_id,
            run_id=owed.run_id,
            playbook=owed.playbook,
            begun_at=owed.begun_at,
        )
        self._connection.execute(row.on_conflict_do_nothing())

    def settle(self, session_id: str) -> bool:
        done = self._connection.execute(
            sa.delete(owed_teardowns).where(KEPT.org_id == self._org_id, KEPT.session_id == session_id)
        )
        return bool(done.rowcount)

    def of_run(self, run_id: RunId) -> list[OwedTeardown]:
        return self._all(self._mine().where(KEPT.run_id == run_id))

    def of_ended_runs(self, *, limit: int) -> list[OwedTeardown]:
        ended = sa.select(runs.c.id).where(runs.c.org_id == self._org_id, runs.c.status.not_in(OPEN))
        return self._all(self._mine().where(KEPT.run_id.in_(ended)).limit(limit))

    def _mine(self) -> sa.Select[tuple[object, ...]]:
        mine = sa.select(owed_teardowns).where(KEPT.org_id == self._org_id)
        return mine.order_by(KEPT.begun_at, KEPT.session_id)

    def _all(self, query: sa.Select[tuple[object, ...]]) -> list[OwedTeardown]:
        return [
            OwedTeardown(row.session_id, RunId(row.run_id), row.playbook, row.begun_at)
            for row in self._connection.execute(query)
        ]
