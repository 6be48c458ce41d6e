"""Decisions: what came of each event at each trigger, added once."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from inspect_pipelines.domain.answer import Answer, AnswerKind
from inspect_pipelines.domain.ids import DefinitionId, EventId, OrgId, RunId
from resources.ledger.answer_tables import decisions
from resources.ledger.owned import Owned
from resources.ledger.tables import insert

KEYS = ["org_id", "event_id", "trigger_id", "replay"]

# Made once: building a statement costs as much as running it, and every event passes here.
DECIDED = sa.select(decisions.c.trigger_id).where(
    decisions.c.org_id == sa.bindparam("of_org"),
    decisions.c.event_id == sa.bindparam("of_event"),
    decisions.c.replay == sa.bindparam("of_replay"),
)


class SqlAnswers(Owned):
    def add(self, decision: Answer) -> bool:
        self._own(decision)
        statement = insert(self._connection, decisions).on_conflict_do_nothing(index_elements=KEYS)
        once = statement.returning(decisions.c.event_id)
        return self._connection.scalar(once, _values(decision)) is not None

    def add_all(self, found: Sequence[Answer]) -> None:
        if found:
            for decision in found:
                self._own(decision)
            statement = insert(self._connection, decisions).on_conflict_do_nothing(index_elements=KEYS)
            self._connection.execute(statement, [_values(decision) for decision in found])

    def decided(self, event_id: EventId, replay: str) -> set[DefinitionId]:
        keys = {"of_org": self._org_id, "of_event": event_id, "of_replay": replay}
        return {DefinitionId(trigger_id) for trigger_id in self._connection.scalars(DECIDED, keys)}

    def of_event(self, event_id: EventId) -> list[Answer]:
        query = sa.select(decisions).where(
            decisions.c.org_id == self._org_id, decisions.c.event_id == event_id
        )
        return self._all(query.order_by(decisions.c.decided_at, decisions.c.replay, decisions.c.trigger_id))

    def of_events(self, event_ids: Collection[EventId]) -> dict[EventId, list[Answer]]:
        query = sa.select(decisions).where(
            decisions.c.org_id == self._org_id, decisions.c.event_id.in_(event_ids)
        )
        found: dict[EventId, list[Answer]] = {}
        for one in self._all(
            query.order_by(decisions.c.decided_at, decisions.c.replay, decisions.c.trigger_id)
        ):
            found.setdefault(one.event_id, []).append(one)
        return found

    def of_run(self, run_id: RunId) -> list[Answer]:
        query = sa.select(decisions).where(decisions.c.org_id == self._org_id, decisions.c.run_id == run_id)
        return self._all(query.order_by(decisions.c.decided_at, decisions.c.event_id))

    def latest(self, trigger_id: DefinitionId, limit: int = 20) -> list[Answer]:
        query = sa.select(decisions).where(
            decisions.c.org_id == self._org_id, decisions.c.trigger_id == trigger_id
        )
        newest = (decisions.c.decided_at.desc(), decisions.c.event_id.desc(), decisions.c.replay.desc())
        return self._all(query.order_by(*newest).limit(limit))

    def _all(self, query: sa.Select[tuple[object, ...]]) -> list[Answer]:
        return [
            Answer(
                org_id=OrgId(row.org_id),
                event_id=EventId(row.event_id),
                trigger_id=DefinitionId(row.trigger_id),
                outcome=AnswerKind(row.outcome),
                reason=row.reason,
                decided_at=row.decided_at,
                replay=row.replay,
                batch_id=row.batch_id,
                run_id=None if row.run_id is None else RunId(row.run_id),
            )
            for row in self._connection.execute(query)
        ]


def _values(decision: Answer) -> dict[str, object]:
    return {
        "org_id": decision.org_id,
        "event_id": decision.event_id,
        "trigger_id": decision.trigger_id,
        "replay": decision.replay,
        "outcome": decision.outcome.value,
        "reason": decision.reason,
        "batch_id": decision.batch_id,
        "run_id": decision.run_id,
        "decided_at": decision.decided_at,
    }
