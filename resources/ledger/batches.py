"""Batches: one open one for each trigger and key; closed ones stay beside their run."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from inspect_pipelines.domain.answer import AnswerKind
from inspect_pipelines.domain.debounce import Batch
from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import NotFound
from inspect_pipelines.stored.batch import BATCH
from resources.ledger.answer_tables import batches, decisions
from resources.ledger.owned import Owned
from resources.ledger.tables import runs


class SqlBatches(Owned):
    def add(self, batch: Batch) -> None:
        self._own(batch)
        keys = {"org_id": self._org_id, "id": batch.id, "trigger_id": batch.trigger_id, "key": batch.key}
        self._connection.execute(sa.insert(batches).values(**keys, **_changing(batch)))

    def save(self, batch: Batch) -> None:
        self._own(batch)
        saved = self._connection.execute(
            sa.update(batches)
            .where(batches.c.org_id == self._org_id, batches.c.id == batch.id)
            .values(**_changing(batch))
        )
        if not saved.rowcount:
            raise NotFound(f"batch {batch.id!r} was never opened, so nothing can join it")

    def close(self, batch: Batch, run_id: RunId) -> None:
        self._own(batch)
        self.save(batch.closed(run_id))
        self._connection.execute(
            sa.update(decisions)
            .where(decisions.c.org_id == self._org_id, decisions.c.batch_id == batch.id)
            .values(run_id=run_id)
        )

    def drop(self, batch: Batch, reason: str) -> None:
        self._own(batch)
        self._connection.execute(
            sa.delete(batches).where(batches.c.org_id == self._org_id, batches.c.id == batch.id)
        )
        self._connection.execute(
            sa.update(decisions)
            .where(decisions.c.org_id == self._org_id, decisions.c.batch_id == batch.id)
            .values(outcome=AnswerKind.NO.value, reason=reason)
        )

    def waiting(self, trigger_id: DefinitionId, key: str) -> Batch | None:
        query = (
            sa.select(batches.c.batch)
            .select_from(
                batches.outerjoin(
                    runs, sa.and_(runs.c.org_id == batches.c.org_id, runs.c.id == batches.c.run_id)
                )
            )
            .where(
                batches.c.org_id == self._org_id,
                batches.c.trigger_id == trigger_id,
                batches.c.key == key,
                sa.or_(batches.c.run_id.is_(None), runs.c.status == RunStatus.PENDING.value),
            )
            .order_by(batches.c.run_id.is_not(None), batches.c.id.desc())
        )
        found = self._all(query.limit(1))
        return found[0] if found else None

    def played(self, trigger_id: DefinitionId, key: str) -> list[RunId]:
        query = (
            sa.select(runs.c.id)
            .select_from(
                batches.join(runs, sa.and_(runs.c.org_id == batches.c.org_id, runs.c.id == batches.c.run_id))
            )
            .where(
                batches.c.org_id == self._org_id,
                batches.c.trigger_id == trigger_id,
                batches.c.key == key,
                runs.c.status.in_([status.value for status in RunStatus if status.is_open]),
            )
            .order_by(runs.c.id)
        )
        return [RunId(found) for found in self._connection.scalars(query)]

    def find(self, batch_id: str) -> Batch | None:
        query = sa.select(batches.c.batch).where(batches.c.org_id == self._org_id, batches.c.id == batch_id)
        found = self._all(query)
        return found[0] if found else None

    def due(self, now: datetime, limit: int = 100) -> list[Batch]:
        query = sa.select(batches.c.batch).where(
            batches.c.org_id == self._org_id, batches.c.run_id.is_(None), batches.c.due_at <= now
        )
        return self._all(query.order_by(batches.c.due_at, batches.c.id).limit(limit))

    def open(self) -> list[Batch]:
        query = sa.select(batches.c.batch).where(batches.c.run_id.is_(None), batches.c.org_id == self._org_id)
        return self._all(query.order_by(batches.c.id))

    def _all(self, query: sa.Select[Any]) -> list[Batch]:
        return [BATCH.load(text) for text in self._connection.scalars(query)]


def _changing(batch: Batch) -> dict[str, Any]:
    return {"batch": BATCH.dump(batch), "run_id": batch.run_id, "due_at": batch.due_at}
