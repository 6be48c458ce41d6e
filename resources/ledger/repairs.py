"""Agents' traces, and the repairs made of them."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.repair import Place, Repair, RepairStatus
from inspect_pipelines.domain.target import Target
from inspect_pipelines.domain.trace import Trace
from resources.ledger.keyset import newest_first
from resources.ledger.owned import Owned
from resources.ledger.repair_tables import repairs, traces
from resources.ledger.tables import insert

KEPT, TOLD = repairs.c, traces.c


class SqlRepairs(Owned):
    def keep_trace(self, trace: Trace) -> None:
        values = {**asdict(trace), "steps": json.dumps(trace.steps)}
        self._put(traces, "session_id", values)

    def traces(self, run_id: RunId) -> list[Trace]:
        query = sa.select(traces).where(TOLD.org_id == self._org_id, TOLD.run_id == run_id)
        found = self._connection.execute(query.order_by(TOLD.at, TOLD.session_id))
        return [
            Trace(
                row.session_id,
                row.run_id,
                row.playbook,
                row.at,
                {name: tuple(actions) for name, actions in json.loads(row.steps).items()},
            )
            for row in found
        ]

    def save(self, repair: Repair) -> None:
        values = {
            **asdict(repair),
            "status": repair.status.value,
            "places": json.dumps([asdict(each) for each in repair.places]),
            "differing": json.dumps(repair.differing),
        }
        self._put(repairs, "id", values)

    def find(self, repair_id: str) -> Repair | None:
        return self._first(self._all().where(KEPT.id == repair_id))

    def of_run(self, run_id: RunId) -> list[Repair]:
        return self._listed(self._all().where(KEPT.run_id == run_id).order_by(KEPT.at, KEPT.id))

    def latest(self, limit: int, *, before: Position | None = None) -> list[Repair]:
        return self._listed(newest_first(self._all(), KEPT.at, KEPT.id, before=before, limit=limit))

    def proposed(self, limit: int) -> list[Repair]:
        query = self._all().where(KEPT.status == RepairStatus.PROPOSED.value)
        return self._listed(query.order_by(KEPT.at.desc(), KEPT.id.desc()).limit(limit))

    def last_of(self, playbook: str, step_id: str) -> Repair | None:
        query = self._all().where(KEPT.playbook == playbook, KEPT.step_id == step_id)
        return self._first(query.order_by(KEPT.at.desc(), KEPT.id.desc()).limit(1))

    def _put(self, table: sa.Table, key: str, values: dict[str, Any]) -> None:
        statement = insert(self._connection, table).values(org_id=self._org_id, **values)
        del values[key]
        self._connection.execute(statement.on_conflict_do_update(index_elements=["org_id", key], set_=values))

    def _all(self) -> sa.Select[Any]:
        return sa.select(repairs).where(KEPT.org_id == self._org_id)

    def _first(self, query: sa.Select[Any]) -> Repair | None:
        return next(iter(self._listed(query)), None)

    def _listed(self, query: sa.Select[Any]) -> list[Repair]:
        return [_repair(row) for row in self._connection.execute(query)]


def _repair(row: Any) -> Repair:
    fields = {name: value for name, value in row._mapping.items() if name != "org_id"}
    places = tuple(
        Place(**{**each, "old": _target(each["old"]), "new": _target(each["new"])})
        for each in json.loads(row.places)
    )
    return Repair(
        **{
            **fields,
            "status": RepairStatus(row.status),
            "places": places,
            "differing": tuple(json.loads(row.differing)),
        }
    )


def _target(kept: dict[str, Any]) -> Target:
    inner = {name: _target(kept[name]) for name in ("has", "within") if kept.get(name)}
    return Target(**{**kept, **inner})
