"""What of an organisation's rows is old enough to go. A sweep reads it, and writes in short transactions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from inspect_pipelines.domain.audit import POLICY
from inspect_pipelines.domain.event import EventStatus
from inspect_pipelines.domain.ids import BaselineId, EventId, RunId, Sha256
from inspect_pipelines.domain.review import ReviewState
from resources.ledger.alert_tables import delivery_attempts, incidents
from resources.ledger.answer_tables import batches, decisions
from resources.ledger.decision_tables import review_queue
from resources.ledger.event_tables import events
from resources.ledger.owned import Owned
from resources.ledger.repair_tables import traces
from resources.ledger.step_tables import run_steps
from resources.ledger.tables import baselines, organizations, outbox, run_comparisons, run_sessions, runs

EVIDENCE = (run_sessions, run_comparisons, run_steps, traces)
OPEN_EVENTS = (EventStatus.RECEIVED.value, EventStatus.WAITING.value)


class SqlExpiry(Owned):
    def to_thin(self, *, ended_before: datetime) -> Mapping[RunId, bool]:
        query = self._ended(runs.c.thinned_at, ended_before).add_columns(runs.c.status == "passed")
        return {RunId(run_id): bool(passed) for run_id, passed in self._connection.execute(query)}

    def to_bare(self, *, ended_before: datetime) -> list[RunId]:
        query = self._ended(runs.c.emptied_at, ended_before).where(
            sa.or_(*(_refers(table, self._org_id) for table in (run_sessions, run_comparisons)))
        )
        return [RunId(one) for one in self._connection.scalars(query)]

    def thin(self, kept: Mapping[RunId, Collection[Sha256]], *, at: datetime) -> None:
        for run_id, shas in kept.items():
            for table in (run_sessions, run_comparisons):
                mine = table.c.org_id == self._org_id, table.c.run_id == run_id
                for key, text in self._connection.execute(sa.select(_key(table), table.c.shas).where(*mine)):
                    still = " ".join(sha for sha in text.split() if sha in shas)
                    self._connection.execute(
                        sa.update(table).where(*mine, _key(table) == key).values(shas=still)
                    )
        self._note(kept, thinned_at=at)

    def to_empty(self, *, ended_before: datetime) -> Mapping[RunId, int]:
        found = {
            RunId(one): 0 for one in self._connection.scalars(self._ended(runs.c.emptied_at, ended_before))
        }
        for column in (run_sessions.c.result, run_comparisons.c.comparisons):
            table = column.table
            size = sa.func.sum(sa.func.length(column))
            due = table.c.run_id.in_(self._ended(runs.c.emptied_at, ended_before).order_by(None))
            query = sa.select(table.c.run_id, size).where(table.c.org_id == self._org_id, due)
            for run_id, size_bytes in self._connection.execute(query.group_by(table.c.run_id)):
                found[RunId(run_id)] += size_bytes
        return found

    def empty(self, runs: Collection[RunId], *, at: datetime) -> None:
        for table in EVIDENCE:
            self._connection.execute(
                sa.delete(table).where(table.c.org_id == self._org_id, table.c.run_id.in_(runs))
            )
        self._note(runs, emptied_at=at)

    def emptied_at(self, run_id: RunId) -> datetime | None:
        query = sa.select(runs.c.emptied_at).where(runs.c.org_id == self._org_id, runs.c.id == run_id)
        found: datetime | None = self._connection.scalar(query)
        return found

    def to_release(self, *, retired_before: datetime) -> list[BaselineId]:
        mine = baselines.c
        used = sa.select(mine.set_name).where(mine.org_id == self._org_id, mine.is_active)
        of_people = (
            sa.select(
                mine.id,
                sa.func.row_number()
                .over(partition_by=mine.set_name, order_by=mine.created_at.desc())
                .label("n"),
            )
            .where(
                mine.org_id == self._org_id, mine.created_by.not_like(f"{POLICY}%"), mine.set_name.in_(used)
            )
            .subquery()
        )
        anchors = sa.select(of_people.c.id).where(of_people.c.n == 1)  # drift is measured from there
        query = sa.select(mine.id).where(
            mine.org_id == self._org_id,
            mine.is_active.is_(False),
            mine.released_at.is_(None),
            mine.retired_at < retired_before,
            mine.id.not_in(anchors),
        )
        return [BaselineId(one) for one in self._connection.scalars(query.order_by(mine.created_at, mine.id))]

    def release(self, baselines: Collection[BaselineId], *, at: datetime) -> None:
        self._connection.execute(
            sa.update(_BASELINES)
            .where(
                _BASELINES.c.org_id == self._org_id,
                _BASELINES.c.id.in_(baselines),
                _BASELINES.c.is_active.is_(False),  # somebody may have gone back to it meanwhile
            )
            .values(released_at=at)
        )

    def events(self, *, before: datetime) -> list[EventId]:
        query = sa.select(events.c.id).where(
            events.c.org_id == self._org_id,
            events.c.received_at < before,
            events.c.status.not_in(OPEN_EVENTS),
        )
        return [EventId(one) for one in self._connection.scalars(query.order_by(events.c.received_at))]

    def forget_events(self, events: Collection[EventId]) -> None:
        mine = decisions.c.org_id == self._org_id
        told = sa.select(decisions.c.batch_id).where(mine, decisions.c.event_id.in_(events))
        self._connection.execute(
            sa.delete(batches).where(
                batches.c.org_id == self._org_id, batches.c.run_id.is_not(None), batches.c.id.in_(told)
            )
        )
        self._connection.execute(sa.delete(decisions).where(mine, decisions.c.event_id.in_(events)))
        self._connection.execute(
            sa.delete(_EVENTS).where(_EVENTS.c.org_id == self._org_id, _EVENTS.c.id.in_(events))
        )

    def messages(self, *, before: datetime) -> list[str]:
        still_open = sa.select(incidents.c.id).where(incidents.c.org_id == self._org_id, incidents.c.is_open)
        query = sa.select(outbox.c.id).where(
            outbox.c.org_id == self._org_id,
            outbox.c.created_at < before,
            outbox.c.status != "stored",
            sa.or_(outbox.c.incident_id.is_(None), outbox.c.incident_id.not_in(still_open)),
        )
        return list(self._connection.scalars(query.order_by(outbox.c.created_at)))

    def forget_messages(self, ids: Collection[str]) -> None:
        for table, key in ((delivery_attempts, delivery_attempts.c.notification_id), (outbox, outbox.c.id)):
            self._connection.execute(sa.delete(table).where(table.c.org_id == self._org_id, key.in_(ids)))

    def facts_forgotten(self) -> datetime | None:
        query = sa.select(organizations.c.facts_forgotten).where(organizations.c.id == self._org_id)
        found: datetime | None = self._connection.scalar(query)
        return found

    def forget_facts(self, *, before: datetime) -> None:
        noted = organizations.c.facts_forgotten
        self._connection.execute(
            sa.update(organizations)
            .where(organizations.c.id == self._org_id, sa.or_(noted.is_(None), noted < before))
            .values(facts_forgotten=before)
        )

    def _ended(self, done: sa.Column[datetime], before: datetime) -> sa.Select[str]:
        waits = sa.select(review_queue.c.run_id).where(
            review_queue.c.org_id == self._org_id,
            review_queue.c.state == ReviewState.WAITING.value,
        )
        query = sa.select(runs.c.id).where(
            runs.c.org_id == self._org_id,
            runs.c.completed_at < before,
            done.is_(None),
            runs.c.id.not_in(waits),
        )
        return query.order_by(runs.c.completed_at, runs.c.id)

    def _note(self, ids: Collection[RunId], **at: datetime) -> None:
        self._connection.execute(
            sa.update(runs).where(runs.c.org_id == self._org_id, runs.c.id.in_(list(ids))).values(**at)
        )


_BASELINES, _EVENTS = baselines, events


def _refers(table: sa.Table, org_id: str) -> sa.ColumnElement[bool]:
    mine = sa.select(table.c.run_id).where(
        table.c.org_id == org_id, table.c.run_id == runs.c.id, table.c.shas != ""
    )
    return mine.correlate(runs).exists()


def _key(table: sa.Table) -> sa.Column[str]:
    """What tells an evidence row from others of its run."""
    found: sa.Column[str] = table.c.id if "id" in table.c else table.c.run_id
    return found
