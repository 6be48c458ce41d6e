"""Usage: the run-minutes of each definition and month, added up as runs end."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from inspect_pipelines.domain.ids import DefinitionId
from resources.ledger.owned import Owned
from resources.ledger.tables import insert
from resources.ledger.usage_tables import notices, usage


@cache
def _add(dialect: str) -> sa.Insert:
    """Made once: building a statement costs more than running it, and every run's end passes here."""
    named: dict[str, sa.BindParameter[Any]] = {
        name: sa.bindparam(f"new_{name}") for name in ("org_id", "definition_id", "month", "minutes")
    }
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement: postgresql.Insert | sqlite.Insert = make(usage).values(named)
    return statement.on_conflict_do_update(
        index_elements=["org_id", "definition_id", "month"],
        set_={"minutes": usage.c.minutes + statement.excluded.minutes},
    )


class SqlUsage(Owned):
    def add(self, definition_id: DefinitionId, month: str, minutes: float) -> None:
        row = {
            "new_org_id": self._org_id,
            "new_definition_id": definition_id,
            "new_month": month,
            "new_minutes": minutes,
        }
        self._connection.execute(_add(self._connection.dialect.name), row)

    def of(self, month: str) -> Mapping[DefinitionId, float]:
        query = sa.select(usage.c.definition_id, usage.c.minutes).where(
            usage.c.org_id == self._org_id, usage.c.month == month
        )
        return {DefinitionId(name): minutes for name, minutes in self._connection.execute(query)}


class SqlNotices(Owned):
    def given(self, keys: Collection[str]) -> frozenset[str]:
        query = sa.select(notices.c.key).where(notices.c.org_id == self._org_id, notices.c.key.in_(keys))
        return frozenset(self._connection.scalars(query))

    def give(self, keys: Collection[str], *, at: datetime) -> None:
        rows = [{"org_id": self._org_id, "key": key, "told_at": at} for key in keys]
        statement = insert(self._connection, notices).values(rows)
        self._connection.execute(statement.on_conflict_do_nothing(index_elements=["org_id", "key"]))
