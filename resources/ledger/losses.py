"""Runs that were lost with their machine: given back once, and never to the Dagster run that lost them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.loss import Loss
from inspect_pipelines.domain.run import Run, RunStatus
from resources.ledger.loss_tables import lost_runs
from resources.ledger.owned import Owned
from resources.ledger.tables import insert, runs


class SqlLosses(Owned):
    def give_back(self, run: Run, *, host: str, at: datetime) -> bool:
        self._own(run)
        known = sa.select(lost_runs.c.run_id).where(
            lost_runs.c.org_id == self._org_id, lost_runs.c.run_id == run.id
        )
        given = sa.update(runs).where(
            runs.c.org_id == self._org_id,
            runs.c.id == run.id,
            runs.c.status == RunStatus.RUNNING.value,
            runs.c.dagster_run_id == run.dagster_run_id,
            sa.not_(known.exists()),
        )
        freed = {"dagster_run_id": None, "claimed_at": None, "deadline_at": None, "buffered_at": at}
        if self._connection.execute(given.values(status=RunStatus.PENDING.value, **freed)).rowcount != 1:
            return False
        self._connection.execute(
            insert(self._connection, lost_runs).values(
                org_id=self._org_id, run_id=run.id, dagster_run_id=run.dagster_run_id, host=host, at=at
            )
        )
        return True

    def of(self, run_id: RunId) -> Loss | None:
        query = sa.select(lost_runs).where(lost_runs.c.org_id == self._org_id, lost_runs.c.run_id == run_id)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else Loss(RunId(row.run_id), row.dagster_run_id, row.host, row.at)

    def taken_from(self, dagster_run_ids: Collection[str]) -> frozenset[str]:
        query = sa.select(lost_runs.c.dagster_run_id).where(
            lost_runs.c.org_id == self._org_id, lost_runs.c.dagster_run_id.in_(dagster_run_ids)
        )
        return frozenset(self._connection.scalars(query))
