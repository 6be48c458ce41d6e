"""Decisions about pictures: one row a view, kept for good."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from inspect_pipelines.domain.branch import parted
from inspect_pipelines.domain.decision import Decision, Shown
from inspect_pipelines.domain.ids import BaselineId, DecisionId, OrgId, RunId
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.screenshot import View
from resources.ledger.audit import SqlAudit
from resources.ledger.decision_tables import followed_decisions, view_decisions
from resources.ledger.owned import Owned
from resources.ledger.tables import insert

KEPT = view_decisions.c
OLDEST_FIRST = (KEPT.decided_at, KEPT.id)


class SqlDecisions(Owned):
    def add(self, decision: Decision) -> None:
        self._own(decision)
        shown = decision.shown
        self._connection.execute(
            sa.insert(view_decisions).values(
                org_id=self._org_id,
                id=decision.id,
                set_name=decision.set,
                view=str(shown.view),
                kind=decision.kind.value,
                old_sha256=shown.old_sha256,
                new_sha256=shown.new_sha256,
                fingerprint=shown.fingerprint,
                run_id=decision.run_id,
                decided_by=decision.by,
                decided_at=decision.at,
                note=decision.note,
                owner=decision.owner,
                until=decision.until,
                baseline_id=decision.baseline_id,
                withdrawn_at=decision.withdrawn_at,
                withdrawn_by=decision.withdrawn_by,
                via=decision.via,
                is_proposal=decision.is_proposal,
            )
        )
        action = f"view.{'proposed' if decision.is_proposal else decision.kind.past}"
        self._audit(action, decision, by=decision.by, at=decision.at)

    def find(self, decision_id: DecisionId) -> Decision | None:
        row = self._connection.execute(self._all().where(KEPT.id == decision_id)).one_or_none()
        return None if row is None else _decision(row)

    def about(self, set_name: str, views: Collection[View]) -> list[Decision]:
        of_target = sa.and_(KEPT.set_name == parted(set_name)[0], KEPT.kind == DecisionKind.QUARANTINE.value)
        query = self._all().where(
            sa.or_(KEPT.set_name == set_name, of_target),
            KEPT.view.in_([*map(str, views)]),
            KEPT.withdrawn_at.is_(None),
            KEPT.is_proposal.is_(False),
        )
        return [_decision(row) for row in self._connection.execute(query.order_by(*OLDEST_FIRST))]

    def ending(self, kinds: Collection[DecisionKind], *, before: datetime, now: datetime) -> list[Decision]:
        query = self._all().where(
            KEPT.kind.in_([one.value for one in kinds]),
            KEPT.until > now,
            KEPT.until < before,
            KEPT.withdrawn_at.is_(None),
            KEPT.is_proposal.is_(False),
        )
        return [_decision(row) for row in self._connection.execute(query.order_by(KEPT.until, KEPT.id))]

    def of_runs(self, run_ids: Collection[RunId]) -> Mapping[RunId, list[Decision]]:
        query = self._all().where(KEPT.run_id.in_(run_ids)).order_by(*OLDEST_FIRST)
        found: dict[RunId, list[Decision]] = {}
        for row in self._connection.execute(query):
            found.setdefault(RunId(row.run_id), []).append(_decision(row))
        return found

    def withdraw(self, decision_id: DecisionId, *, by: str, at: datetime) -> bool:
        statement = (
            sa.update(view_decisions)
            .where(KEPT.org_id == self._org_id, KEPT.id == decision_id, KEPT.withdrawn_at.is_(None))
            .values(withdrawn_at=at, withdrawn_by=by)
        )
        if not self._connection.execute(statement).rowcount:
            return False
        decision = self.find(decision_id)
        assert decision is not None  # it was changed just now
        self._audit("view.withdrawn", decision, by=by, at=at)
        return True

    def follow(self, decision_ids: Collection[DecisionId], run_id: RunId) -> None:
        for decision_id in decision_ids:
            values = {"org_id": self._org_id, "decision_id": decision_id, "run_id": run_id}
            statement = insert(self._connection, followed_decisions).values(**values)
            self._connection.execute(statement.on_conflict_do_nothing(index_elements=[*values]))

    def followers(self, decision_id: DecisionId) -> list[RunId]:
        followed = followed_decisions.c
        query = sa.select(followed.run_id).where(
            followed.org_id == self._org_id, followed.decision_id == decision_id
        )
        return [RunId(run_id) for run_id in self._connection.scalars(query.order_by(followed.run_id))]

    def _all(self) -> sa.Select[tuple[object, ...]]:
        return sa.select(view_decisions).where(KEPT.org_id == self._org_id)

    def _audit(self, action: str, decision: Decision, *, by: str, at: datetime) -> None:
        detail = f"decision {decision.id} on run {decision.run_id}, via {decision.via}"
        SqlAudit(self._connection, self._org_id, self._via).append(
            action, f"{decision.set} {decision.shown.view}", by=by, at=at, detail=detail
        )


def _decision(row: sa.Row[tuple[object, ...]]) -> Decision:
    return Decision(
        DecisionId(row.id),
        OrgId(row.org_id),
        row.set_name,
        DecisionKind(row.kind),
        Shown(View.parse(row.view), row.old_sha256, row.new_sha256, row.fingerprint),
        RunId(row.run_id),
        row.decided_by,
        row.decided_at,
        row.note,
        row.owner,
        row.until,
        BaselineId(row.baseline_id) if row.baseline_id else None,
        row.via,
        row.is_proposal,
        row.withdrawn_at,
        row.withdrawn_by,
    )
