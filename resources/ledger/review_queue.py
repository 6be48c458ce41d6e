"""The queue of reviews: one row a run that asked a person."""

from __future__ import annotations

import sqlalchemy as sa

from inspect_pipelines.domain.ids import DefinitionId, OrgId, RunId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.review import Review, ReviewState
from resources.ledger.decision_tables import review_queue
from resources.ledger.keyset import newest_first
from resources.ledger.owned import Owned
from resources.ledger.tables import insert

KEPT = review_queue.c


class SqlReviewQueue(Owned):
    def open(self, review: Review) -> None:
        self._own(review)
        statement = insert(self._connection, review_queue).values(
            org_id=self._org_id,
            run_id=review.run_id,
            definition_id=review.definition_id,
            set_name=review.set,
            context=review.context,
            opened_at=review.opened_at,
            state=review.state.value,
            superseded_by=review.superseded_by,
            environment=review.environment,
        )
        self._connection.execute(statement.on_conflict_do_nothing(index_elements=["org_id", "run_id"]))

    def find(self, run_id: RunId) -> Review | None:
        row = self._connection.execute(self._all().where(KEPT.run_id == run_id)).one_or_none()
        return None if row is None else _review(row)

    def latest(
        self,
        state: ReviewState | None = None,
        *,
        is_single: bool = False,
        before: Position | None = None,
        limit: int = 50,
    ) -> list[Review]:
        query = self._all()
        if is_single:
            query = query.where(KEPT.environment == "")
        if state is not None:
            query = query.where(KEPT.state == state.value)
        page = newest_first(query, KEPT.opened_at, KEPT.run_id, before=before, limit=limit)
        return [_review(row) for row in self._connection.execute(page)]

    def waiting_in(self, set_name: str) -> list[Review]:
        query = self._all().where(KEPT.set_name == set_name, KEPT.state == ReviewState.WAITING.value)
        rows = self._connection.execute(query.order_by(KEPT.opened_at, KEPT.run_id))
        return [_review(row) for row in rows]

    def waiting_by_environment(self) -> list[Review]:
        query = self._all().where(KEPT.environment != "", KEPT.state == ReviewState.WAITING.value)
        rows = self._connection.execute(query.order_by(KEPT.opened_at, KEPT.run_id))
        return [_review(row) for row in rows]

    def single_out(self, run_id: RunId) -> None:
        self._connection.execute(
            sa.update(review_queue)
            .where(KEPT.org_id == self._org_id, KEPT.run_id == run_id)
            .values(environment="")
        )

    def supersede(self, definition_id: DefinitionId, context: str, *, by: RunId) -> None:
        self._connection.execute(
            sa.update(review_queue)
            .where(
                KEPT.org_id == self._org_id,
                KEPT.definition_id == definition_id,
                KEPT.context == context,
                KEPT.state != ReviewState.DECIDED.value,
                KEPT.run_id < by,  # ids sort by time; a run that was overtaken supersedes nothing newer
            )
            .values(state=ReviewState.SUPERSEDED.value, superseded_by=by)
        )

    def mark(self, run_id: RunId, state: ReviewState) -> None:
        self._connection.execute(
            sa.update(review_queue)
            .where(
                KEPT.org_id == self._org_id,
                KEPT.run_id == run_id,
                KEPT.state != ReviewState.SUPERSEDED.value,
            )
            .values(state=state.value)
        )

    def _all(self) -> sa.Select[tuple[object, ...]]:
        return sa.select(review_queue).where(KEPT.org_id == self._org_id)


def _review(row: sa.Row[tuple[object, ...]]) -> Review:
    return Review(
        OrgId(row.org_id),
        RunId(row.run_id),
        DefinitionId(row.definition_id),
        row.set_name,
        row.context,
        row.opened_at,
        ReviewState(row.state),
        RunId(row.superseded_by) if row.superseded_by else None,
        row.environment,
    )
