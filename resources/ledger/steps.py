"""Steps of sessions that are being played, told as they end and forgotten with their session."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sqlalchemy as sa

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.session import StepResult, StepStatus, ToldStep
from resources.ledger.owned import Owned
from resources.ledger.step_tables import run_steps


class SqlSteps(Owned):
    def tell(self, run_id: RunId, step: ToldStep) -> None:
        result = step.result
        self._connection.execute(
            sa.insert(run_steps).values(
                org_id=self._org_id,
                run_id=run_id,
                session_id=step.session_id,
                playbook=step.playbook,
                attempt=step.attempt,
                step_id=result.step_id,
                name=result.name,
                viewport=result.viewport,
                status=result.status.value,
                duration_ms=result.duration_ms,
                message=result.message,
                url=result.url,
            )
        )

    def of_runs(self, run_ids: Collection[RunId]) -> Mapping[RunId, list[ToldStep]]:
        kept = run_steps.c
        query = (
            sa.select(run_steps)
            .where(kept.org_id == self._org_id, kept.run_id.in_(run_ids))
            .order_by(kept.seq)
        )
        found: dict[RunId, list[ToldStep]] = {}
        for row in self._connection.execute(query):
            result = StepResult(
                row.step_id,
                row.name,
                row.viewport,
                StepStatus(row.status),
                row.duration_ms,
                row.message,
                row.url,
            )
            told = ToldStep(row.session_id, row.playbook, row.attempt, result)
            found.setdefault(RunId(row.run_id), []).append(told)
        return found

    def forget(self, run_id: RunId) -> None:
        self._connection.execute(
            sa.delete(run_steps).where(run_steps.c.org_id == self._org_id, run_steps.c.run_id == run_id)
        )
