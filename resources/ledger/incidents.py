"""Incidents and silences: one row each, the whole value as JSON beside what is looked up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from inspect_pipelines.domain.alerting import Silence
from inspect_pipelines.domain.environment_change import SCOPE
from inspect_pipelines.domain.ids import DefinitionId, IncidentId, OrgId, RunId
from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.domain.position import Position
from inspect_pipelines.errors import NotFound
from inspect_pipelines.stored.incident import INCIDENT
from resources.ledger.alert_tables import incident_runs, incidents, silences
from resources.ledger.audit import SqlAudit
from resources.ledger.keyset import newest_first
from resources.ledger.owned import Owned
from resources.ledger.tables import insert


def _open_in(*others: sa.ColumnElement[bool]) -> sa.Select[str]:
    one, two = (incidents.c.scope == sa.bindparam(name) for name in ("of_scope", "or_scope"))
    query = sa.select(incidents.c.incident).where(
        incidents.c.org_id == sa.bindparam("of_org"), incidents.c.is_open, sa.or_(one, two, *others)
    )
    return query.order_by(incidents.c.opened_at, incidents.c.id)


# Made once: building a statement costs as much as running it, and every run's end asks this.
OPEN_IN, OPEN_IN_OR_OF_ENVIRONMENTS = _open_in(), _open_in(incidents.c.scope.startswith(SCOPE))


class SqlIncidents(Owned):
    def open_in(
        self, scope: str, or_scope: str | None = None, *, with_environments: bool = False
    ) -> list[Incident]:
        where = {"of_org": self._org_id, "of_scope": scope, "or_scope": or_scope or scope}
        query = OPEN_IN_OR_OF_ENVIRONMENTS if with_environments else OPEN_IN
        return [INCIDENT.load(text) for (text,) in self._connection.execute(query, where)]

    def last_of(self, fingerprint: str) -> Incident | None:
        query = sa.select(incidents.c.incident).where(
            incidents.c.org_id == self._org_id, incidents.c.fingerprint == fingerprint
        )
        found = self._all(query.order_by(incidents.c.opened_at.desc(), incidents.c.id.desc()).limit(1))
        return found[0] if found else None

    def save(self, incident: Incident) -> None:
        self._own(incident)
        changing = {
            "scope": incident.scope,
            "fingerprint": incident.fingerprint,
            "is_open": incident.is_open,
            "incident": INCIDENT.dump(incident),
            "opened_at": incident.opened_at,
        }
        statement = insert(self._connection, incidents).values(
            org_id=self._org_id, id=incident.id, **changing
        )
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["org_id", "id"], set_=changing)
        )

    def add_run(self, incident: Incident, run_id: RunId) -> None:
        self._own(incident)
        statement = insert(self._connection, incident_runs).values(
            org_id=self._org_id, incident_id=incident.id, run_id=run_id
        )
        self._connection.execute(statement.on_conflict_do_nothing())

    def find(self, incident_id: IncidentId) -> Incident | None:
        found = self._all(
            sa.select(incidents.c.incident).where(
                incidents.c.org_id == self._org_id, incidents.c.id == incident_id
            )
        )
        return found[0] if found else None

    def with_prefix(self, prefix: str, limit: int = 5) -> list[Incident]:
        query = sa.select(incidents.c.incident).where(
            incidents.c.org_id == self._org_id, incidents.c.id.startswith(prefix, autoescape=True)
        )
        return self._all(query.order_by(incidents.c.opened_at.desc(), incidents.c.id.desc()).limit(limit))

    def of_run(self, run_id: RunId) -> list[Incident]:
        ids = sa.select(incident_runs.c.incident_id).where(
            incident_runs.c.org_id == self._org_id, incident_runs.c.run_id == run_id
        )
        query = sa.select(incidents.c.incident).where(
            incidents.c.org_id == self._org_id, incidents.c.id.in_(ids)
        )
        return self._all(query.order_by(incidents.c.opened_at, incidents.c.id))

    def runs_of(self, incident_id: IncidentId, limit: int = 20) -> list[RunId]:
        query = sa.select(incident_runs.c.run_id).where(
            incident_runs.c.org_id == self._org_id, incident_runs.c.incident_id == incident_id
        )
        found = self._connection.scalars(query.order_by(incident_runs.c.run_id.desc()).limit(limit))
        return [RunId(run_id) for run_id in found]

    def latest(
        self, *, open_only: bool = False, before: Position | None = None, limit: int = 50
    ) -> list[Incident]:
        query = sa.select(incidents.c.incident).where(incidents.c.org_id == self._org_id)
        if open_only:
            query = query.where(incidents.c.is_open)
        return self._all(
            newest_first(query, incidents.c.opened_at, incidents.c.id, before=before, limit=limit)
        )

    def _all(self, query: sa.Select[Any]) -> list[Incident]:
        return [INCIDENT.load(text) for text in self._connection.scalars(query)]


class SqlSilences(Owned):
    def add(self, silence: Silence) -> None:
        self._own(silence)
        self._connection.execute(
            sa.insert(silences).values(
                org_id=self._org_id,
                id=silence.silence_id,
                incident_id=silence.incident_id,
                definition_id=silence.definition_id,
                reason=silence.reason,
                silenced_by=silence.by,
                since=silence.since,
                until=silence.until,
            )
        )
        self._tell("silenced", _subject(silence), silence.by, silence.since, silence.reason)

    def holding(self, now: datetime) -> list[Silence]:
        query = sa.select(silences).where(
            silences.c.org_id == self._org_id, silences.c.until > now, silences.c.since <= now
        )
        rows = self._connection.execute(query.order_by(silences.c.since, silences.c.id))
        return [_silence(row) for row in rows]

    def end(self, silence_id: str, *, at: datetime, by: str) -> None:
        one = sa.and_(silences.c.org_id == self._org_id, silences.c.id == silence_id)
        row = self._connection.execute(sa.select(silences).where(one)).one_or_none()
        if row is None:
            raise NotFound(f"silence {silence_id!r} does not exist, so it cannot end")
        self._connection.execute(sa.update(silences).where(one, silences.c.until > at).values(until=at))
        self._tell("unsilenced", _subject(_silence(row)), by, at, "")

    def _tell(self, deed: str, subject: str, by: str, at: datetime, why: str) -> None:
        SqlAudit(self._connection, self._org_id, self._via).append(
            f"alerts.{deed}", subject, by=by, at=at, detail=why
        )


def _subject(silence: Silence) -> str:
    return silence.incident_id or silence.definition_id or silence.org_id


def _silence(row: sa.Row[tuple[object, ...]]) -> Silence:
    return Silence(
        silence_id=row.id,
        org_id=OrgId(row.org_id),
        reason=row.reason,
        by=row.silenced_by,
        since=row.since,
        until=row.until,
        incident_id=None if row.incident_id is None else IncidentId(row.incident_id),
        definition_id=None if row.definition_id is None else DefinitionId(row.definition_id),
    )
