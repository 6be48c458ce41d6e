"""Baselines: immutable, exactly one active per organisation and set (an index sees to it)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from inspect_pipelines.domain.audit import POLICY
from inspect_pipelines.domain.baseline import Baseline, activated
from inspect_pipelines.domain.branch import HEAD_BRANCH, OF
from inspect_pipelines.domain.ids import BaselineId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.errors import NotFound, Refused
from inspect_pipelines.stored.baseline import BASELINE
from resources.ledger.audit import SqlAudit
from resources.ledger.keyset import newest_first
from resources.ledger.owned import Owned
from resources.ledger.run_variables import variable_of
from resources.ledger.tables import UtcTime, baselines, runs


class SqlBaselines(Owned):
    def active(self, set_name: str) -> Baseline | None:
        query = sa.select(baselines).where(
            baselines.c.org_id == self._org_id, baselines.c.set_name == set_name, baselines.c.is_active
        )
        return self._one(query)

    def of_a_person(self, set_name: str, *, before: Position) -> Baseline | None:
        query = sa.select(baselines).where(
            baselines.c.org_id == self._org_id,
            baselines.c.set_name == set_name,
            baselines.c.created_by.not_like(f"{POLICY}%"),
        )
        page = newest_first(query, baselines.c.created_at, baselines.c.id, before=before, limit=1)
        return self._one(page)

    def in_use(self) -> list[Baseline]:
        query = sa.select(baselines).where(baselines.c.org_id == self._org_id, baselines.c.is_active)
        return [_baseline(row) for row in self._connection.execute(query.order_by(baselines.c.set_name))]

    def layers(self, set_name: str) -> list[Baseline]:
        query = sa.select(baselines).where(
            baselines.c.org_id == self._org_id,
            baselines.c.set_name.startswith(f"{set_name}{OF}", autoescape=True),
            baselines.c.is_active,
        )
        return [_baseline(row) for row in self._connection.execute(query.order_by(baselines.c.set_name))]

    def resting(self, *, before: datetime) -> list[str]:
        used = sa.select(sa.func.max(runs.c.requested_at)).where(
            runs.c.org_id == self._org_id, variable_of(self._connection, HEAD_BRANCH) == baselines.c.branch
        )
        last = sa.func.coalesce(used.scalar_subquery(), baselines.c.created_at, type_=UtcTime)
        query = sa.select(baselines.c.set_name).where(
            baselines.c.org_id == self._org_id,
            baselines.c.branch != "",
            baselines.c.is_active,
            sa.or_(
                baselines.c.closed_at < before,
                sa.and_(baselines.c.closed_at.is_(None), baselines.c.created_at < before, last < before),
            ),
        )
        return [*self._connection.scalars(query.order_by(baselines.c.set_name))]

    def close(self, names: Collection[str], *, at: datetime | None) -> None:
        self._connection.execute(
            sa.update(baselines)
            .where(baselines.c.org_id == self._org_id, baselines.c.set_name.in_(names), baselines.c.is_active)
            .values(closed_at=at)
        )

    def expire(self, name: str, *, by: str, at: datetime) -> None:
        self._connection.execute(
            sa.update(baselines)
            .where(baselines.c.org_id == self._org_id, baselines.c.set_name == name, baselines.c.branch != "")
            .values(
                is_active=False,
                deleted_at=at,
                retired_at=sa.func.coalesce(baselines.c.retired_at, at, type_=UtcTime),
            )
        )
        SqlAudit(self._connection, self._org_id, self._via).append("baseline.expired", name, by=by, at=at)

    def find(self, baseline_id: BaselineId) -> Baseline | None:
        query = sa.select(baselines).where(baselines.c.org_id == self._org_id, baselines.c.id == baseline_id)
        return self._one(query)

    def all(
        self,
        set_name: str | None = None,
        *,
        before: Position | None = None,
        limit: int | None = None,
        with_deleted: bool = False,
        branch: str | None = None,
    ) -> list[Baseline]:
        query = sa.select(baselines).where(baselines.c.org_id == self._org_id)
        if not with_deleted:
            query = query.where(baselines.c.deleted_at.is_(None))
        if set_name is not None:
            query = query.where(baselines.c.set_name == set_name)
        if branch is not None:
            query = query.where(baselines.c.branch == branch)
        page = newest_first(query, baselines.c.created_at, baselines.c.id, before=before, limit=limit)
        return [_baseline(row) for row in self._connection.execute(page)]

    def add(self, baseline: Baseline) -> None:
        self._own(baseline)
        self._retire(baseline.set, at=baseline.created_at)
        self._connection.execute(
            sa.insert(baselines).values(
                org_id=self._org_id,
                id=baseline.id,
                set_name=baseline.set,
                baseline=BASELINE.dump(baseline),
                is_active=True,
                created_at=baseline.created_at,
                created_by=baseline.created_by,
                source_run_id=baseline.source_run_id,
                branch=baseline.branch,
            )
        )

    def activate(self, baseline_id: BaselineId, *, at: datetime) -> None:
        baseline = self.find(baseline_id)
        if baseline is None:
            raise NotFound(
                f"baseline {baseline_id!r} does not exist; list them with: inspect-pipelines baselines list"
            )
        released = sa.select(baselines.c.released_at).where(baselines.c.org_id == self._org_id)
        if self._connection.scalar(released.where(baselines.c.id == baseline_id)) is not None:
            raise Refused(
                f"baseline {baseline_id!r} cannot be put in use: its pictures are kept no more, it was replaced too long ago; "
                "approve a new run instead, with: inspect-pipelines baselines adopt RUN"
            )
        self._retire(baseline.set, at=at)
        self._connection.execute(
            sa.update(baselines)
            .where(baselines.c.org_id == self._org_id, baselines.c.id == baseline_id)
            .values(is_active=True, retired_at=None)
        )

    def delete(self, baseline_id: BaselineId, *, by: str, at: datetime) -> None:
        self._mark(baseline_id, "baseline.deleted", deleted_at=at, by=by, at=at)

    def restore(self, baseline_id: BaselineId, *, by: str, at: datetime) -> None:
        self._mark(baseline_id, "baseline.restored", deleted_at=None, by=by, at=at)

    def _mark(
        self, baseline_id: BaselineId, action: str, *, deleted_at: datetime | None, by: str, at: datetime
    ) -> None:
        done = self._connection.execute(
            sa.update(baselines)
            .where(
                baselines.c.org_id == self._org_id,
                baselines.c.id == baseline_id,
                baselines.c.is_active.is_(False),
            )
            .values(deleted_at=deleted_at)
        )
        if done.rowcount:
            SqlAudit(self._connection, self._org_id, self._via).append(
                action, baseline_id, by=by, at=at, detail=""
            )

    def _retire(self, set_name: str, *, at: datetime) -> None:
        self._connection.execute(
            sa.update(baselines)
            .where(
                baselines.c.org_id == self._org_id, baselines.c.set_name == set_name, baselines.c.is_active
            )
            .values(is_active=False, retired_at=at)
        )

    def _one(self, query: sa.Select[tuple[object, ...]]) -> Baseline | None:
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _baseline(row)


def _baseline(row: sa.Row[tuple[object, ...]]) -> Baseline:
    return activated(BASELINE.load(row.baseline), row.is_active, deleted_at=row.deleted_at)
