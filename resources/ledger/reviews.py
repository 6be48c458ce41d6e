"""Review decisions: appended, never changed; a run's status stays what it was."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from inspect_pipelines.domain.ids import RunId
from resources.ledger.audit import SqlAudit
from resources.ledger.owned import Owned
from resources.ledger.tables import review_decisions


class SqlReviews(Owned):
    def append(self, run_id: RunId, decision: str, *, by: str, detail: str, at: datetime) -> None:
        self._connection.execute(
            sa.insert(review_decisions).values(
                org_id=self._org_id,
                run_id=run_id,
                decision=decision,
                decided_by=by,
                detail=detail,
                decided_at=at,
            )
        )
        SqlAudit(self._connection, self._org_id, self._via).append(
            f"run.{decision}", run_id, by=by, at=at, detail=detail
        )

    def of_run(self, run_id: RunId) -> list[tuple[str, str, str]]:
        columns = (review_decisions.c.decision, review_decisions.c.decided_by, review_decisions.c.detail)
        query = (
            sa.select(*columns)
            .where(review_decisions.c.org_id == self._org_id, review_decisions.c.run_id == run_id)
            .order_by(review_decisions.c.seq)
        )
        return [(decision, by, detail) for decision, by, detail in self._connection.execute(query)]

    def of_runs(self, run_ids: Collection[RunId]) -> Mapping[RunId, list[tuple[str, str, str]]]:
        kept = review_decisions.c
        query = (
            sa.select(kept.run_id, kept.decision, kept.decided_by, kept.detail)
            .where(kept.org_id == self._org_id, kept.run_id.in_(run_ids))
            .order_by(kept.seq)
        )
        found: dict[RunId, list[tuple[str, str, str]]] = {}
        for run_id, decision, by, detail in self._connection.execute(query):
            found.setdefault(RunId(run_id), []).append((decision, by, detail))
        return found
