"""Comments on views, and requests for a review."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from inspect_pipelines.domain.comment import Comment
from inspect_pipelines.domain.ids import CommentId, OrgId, RunId
from inspect_pipelines.domain.review import ReviewState
from inspect_pipelines.domain.review_request import ReviewRequest
from inspect_pipelines.domain.screenshot import View
from resources.ledger.audit import SqlAudit
from resources.ledger.comment_tables import review_requests, view_comments
from resources.ledger.decision_tables import review_queue
from resources.ledger.owned import Owned
from resources.ledger.tables import insert

SAID = view_comments.c
ASKED = review_requests.c


class SqlComments(Owned):
    def add(self, comment: Comment) -> None:
        self._own(comment)
        self._connection.execute(
            sa.insert(view_comments).values(
                org_id=self._org_id,
                id=comment.id,
                set_name=comment.set,
                view=str(comment.view),
                run_id=comment.run_id,
                x=comment.x,
                y=comment.y,
                text=comment.text,
                said_by=comment.by,
                said_at=comment.at,
                via=comment.via,
                resolved_at=comment.resolved_at,
                resolved_by=comment.resolved_by,
            )
        )
        self._audit("comment.pinned", comment, by=comment.by, at=comment.at)

    def find(self, comment_id: CommentId) -> Comment | None:
        row = self._connection.execute(self._all().where(SAID.id == comment_id)).one_or_none()
        return None if row is None else _comment(row)

    def on(self, set_name: str, run_id: RunId) -> list[Comment]:
        is_open = sa.and_(SAID.set_name == set_name, SAID.resolved_at.is_(None))
        query = self._all().where(sa.or_(is_open, SAID.run_id == run_id)).order_by(SAID.said_at, SAID.id)
        return [_comment(row) for row in self._connection.execute(query)]

    def resolve(self, comment_id: CommentId, *, by: str, at: datetime) -> bool:
        values = {"resolved_at": at, "resolved_by": by}
        return self._set("comment.resolved", comment_id, SAID.resolved_at.is_(None), values, by=by, at=at)

    def reopen(self, comment_id: CommentId, *, by: str, at: datetime) -> bool:
        values = {"resolved_at": None, "resolved_by": ""}
        return self._set("comment.reopened", comment_id, SAID.resolved_at.is_not(None), values, by=by, at=at)

    def _set(
        self,
        action: str,
        comment_id: CommentId,
        when: sa.ColumnElement[bool],
        values: Mapping[str, object],
        *,
        by: str,
        at: datetime,
    ) -> bool:
        statement = sa.update(view_comments).where(SAID.org_id == self._org_id, SAID.id == comment_id, when)
        if not self._connection.execute(statement.values(**values)).rowcount:
            return False
        comment = self.find(comment_id)
        assert comment is not None  # it was changed just now
        self._audit(action, comment, by=by, at=at)
        return True

    def _all(self) -> sa.Select[tuple[object, ...]]:
        return sa.select(view_comments).where(SAID.org_id == self._org_id)

    def _audit(self, action: str, comment: Comment, *, by: str, at: datetime) -> None:
        SqlAudit(self._connection, self._org_id, self._via).append(
            action,
            f"{comment.set} {comment.view}",
            by=by,
            at=at,
            detail=f"comment {comment.id} on run {comment.run_id}, via {comment.via}",
        )


class SqlReviewRequests(Owned):
    def ask(self, request: ReviewRequest) -> bool:
        self._own(request)
        statement = insert(self._connection, review_requests).values(
            org_id=self._org_id,
            run_id=request.run_id,
            login=request.login,
            asked_by=request.by,
            asked_at=request.at,
        )
        statement = statement.on_conflict_do_nothing(index_elements=["org_id", "run_id", "login"])
        if self._connection.execute(statement.returning(ASKED.login)).first() is None:
            return False
        self._audit("review.requested", request.run_id, request.login, by=request.by, at=request.at)
        return True

    def of_runs(self, run_ids: Collection[RunId]) -> Mapping[RunId, list[ReviewRequest]]:
        query = sa.select(review_requests).where(ASKED.org_id == self._org_id, ASKED.run_id.in_(run_ids))
        found: dict[RunId, list[ReviewRequest]] = {}
        for row in self._connection.execute(query.order_by(ASKED.asked_at, ASKED.login)):
            request = ReviewRequest(
                OrgId(row.org_id), RunId(row.run_id), row.login, row.asked_by, row.asked_at
            )
            found.setdefault(request.run_id, []).append(request)
        return found

    def waiting_for(self, login: str) -> list[RunId]:
        queue = review_queue.c
        query = (
            sa.select(ASKED.run_id)
            .join(review_queue, sa.and_(queue.org_id == ASKED.org_id, queue.run_id == ASKED.run_id))
            .where(
                ASKED.org_id == self._org_id,
                ASKED.login == login,
                queue.state == ReviewState.WAITING.value,
            )
            .order_by(ASKED.run_id.desc())  # ids sort by time
        )
        return [RunId(run_id) for run_id in self._connection.scalars(query)]

    def release(self, run_id: RunId, login: str, *, by: str, at: datetime) -> bool:
        statement = sa.delete(review_requests).where(
            ASKED.org_id == self._org_id, ASKED.run_id == run_id, ASKED.login == login
        )
        if not self._connection.execute(statement).rowcount:
            return False
        self._audit("review.released", run_id, login, by=by, at=at)
        return True

    def _audit(self, action: str, run_id: RunId, login: str, *, by: str, at: datetime) -> None:
        SqlAudit(self._connection, self._org_id, self._via).append(action, run_id, by=by, at=at, detail=login)


def _comment(row: sa.Row[tuple[object, ...]]) -> Comment:
    return Comment(
        CommentId(row.id),
        OrgId(row.org_id),
        row.set_name,
        View.parse(row.view),
        RunId(row.run_id),
        row.x,
        row.y,
        row.text,
        row.said_by,
        row.said_at,
        row.via,
        row.resolved_at,
        row.resolved_by,
    )
