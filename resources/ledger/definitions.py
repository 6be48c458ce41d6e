"""Schedules and triggers, as last applied."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.occurrence import is_retimed
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.stored.definition import dump_definition, load_definition
from resources.ledger.audit import SqlAudit
from resources.ledger.definition_tables import definition_standings
from resources.ledger.owned import Owned
from resources.ledger.tables import definitions, insert


class SqlDefinitions(Owned):
    def all(self) -> list[Definition]:
        query = sa.select(definitions).where(definitions.c.org_id == self._org_id).order_by(definitions.c.id)
        return [_definition(row) for row in self._connection.execute(query)]

    def find(self, definition_id: DefinitionId) -> Definition | None:
        query = sa.select(definitions).where(
            definitions.c.org_id == self._org_id, definitions.c.id == definition_id
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _definition(row)

    def save(self, definition: Definition, *, by: str, at: datetime) -> None:
        self._own(definition)
        cron, timezone = (
            (definition.cron, definition.timezone) if isinstance(definition, Schedule) else (None, None)
        )
        changing = {
            "kind": definition.kind,
            "name": definition.name,
            "config": dump_definition(definition),
            "enabled": definition.enabled,
            "cron_expression": cron,
            "timezone": timezone,
            "updated_at": at,
        }
        keys = {"org_id": self._org_id, "id": definition.id}
        before = self.find(definition.id)
        if before is None or is_retimed(before, definition):
            changing["effective_since"] = at
        statement = insert(self._connection, definitions).values(
            **keys, **{"effective_since": at, **changing}, created_at=at, created_by=by
        )
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["org_id", "id"], set_=changing)
        )
        SqlAudit(self._connection, self._org_id, self._via).append(
            "definition.saved", definition.id, by=by, at=at, detail=definition.kind
        )

    def effective_since(self, definition_id: DefinitionId) -> datetime | None:
        query = sa.select(definitions.c.effective_since).where(
            definitions.c.org_id == self._org_id, definitions.c.id == definition_id
        )
        found: datetime | None = self._connection.scalar(query)
        return found

    def delete(self, definition_id: DefinitionId, *, by: str, at: datetime) -> None:
        deleted = self._connection.execute(
            sa.delete(definitions).where(
                definitions.c.org_id == self._org_id, definitions.c.id == definition_id
            )
        )
        if deleted.rowcount:
            self._connection.execute(
                sa.delete(definition_standings).where(
                    definition_standings.c.org_id == self._org_id,
                    definition_standings.c.definition_id == definition_id,
                )
            )
            SqlAudit(self._connection, self._org_id, self._via).append(
                "definition.deleted", definition_id, by=by, at=at
            )


def _definition(row: sa.Row[tuple[object, ...]]) -> Definition:
    return load_definition(row.kind, row.config)
