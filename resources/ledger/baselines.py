"""Baselines: immutable, exactly one active per organisation and set (an index sees to it)."""

from __future__ import annotations

import sqlalchemy as sa

from inspect_pipelines.domain.baseline import Baseline, activated
from inspect_pipelines.domain.ids import BaselineId, OrgId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.errors import NotFound
from inspect_pipelines.stored.baseline import BASELINE
from resources.ledger.keyset import newest_first
from resources.ledger.tables import baselines


class SqlBaselines:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def active(self, org_id: OrgId, set_name: str) -> Baseline | None:
        query = sa.select(baselines).where(
            baselines.c.org_id == org_id, baselines.c.set_name == set_name, baselines.c.is_active
        )
        return self._one(query)

    def find(self, org_id: OrgId, baseline_id: BaselineId) -> Baseline | None:
        query = sa.select(baselines).where(baselines.c.org_id == org_id, baselines.c.id == baseline_id)
        return self._one(query)

    def all(
        self,
        org_id: OrgId,
        set_name: str | None = None,
        *,
        before: Position | None = None,
        limit: int | None = None,
    ) -> list[Baseline]:
        query = sa.select(baselines).where(baselines.c.org_id == org_id)
        if set_name is not None:
            query = query.where(baselines.c.set_name == set_name)
        page = newest_first(query, baselines.c.created_at, baselines.c.id, before=before, limit=limit)
        return [_baseline(row) for row in self._connection.execute(page)]

    def add(self, baseline: Baseline) -> None:
        self._retire(baseline.org_id, baseline.set)
        self._connection.execute(
            sa.insert(baselines).values(
                org_id=baseline.org_id,
                id=baseline.id,
                set_name=baseline.set,
                baseline=BASELINE.dump(baseline),
                is_active=True,
                created_at=baseline.created_at,
                created_by=baseline.created_by,
                source_run_id=baseline.source_run_id,
            )
        )

    def activate(self, org_id: OrgId, baseline_id: BaselineId) -> None:
        baseline = self.find(org_id, baseline_id)
        if baseline is None:
            raise NotFound(
                f"baseline {baseline_id!r} does not exist; list them with: inspect-pipelines baselines list"
            )
        self._retire(org_id, baseline.set)
        self._connection.execute(
            sa.update(baselines)
            .where(baselines.c.org_id == org_id, baselines.c.id == baseline_id)
            .values(is_active=True)
        )

    def _retire(self, org_id: OrgId, set_name: str) -> None:
        self._connection.execute(
            sa.update(baselines)
            .where(baselines.c.org_id == org_id, baselines.c.set_name == set_name, baselines.c.is_active)
            .values(is_active=False)
        )

    def _one(self, query: sa.Select[tuple[object, ...]]) -> Baseline | None:
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _baseline(row)


def _baseline(row: sa.Row[tuple[object, ...]]) -> Baseline:
    return activated(BASELINE.load(row.baseline), row.is_active)
