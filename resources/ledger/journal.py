"""The journal: facts on their way to the history, one JSON row a deed, in commit order."""

from __future__ import annotations

import json
from datetime import datetime

import sqlalchemy as sa

from inspect_pipelines.ports import Facts
from resources.ledger.tables import journal


class SqlJournal:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def append(self, kind: str, facts: Facts, *, at: datetime) -> int:
        # no ASCII escapes: half a surrogate must be seen, and replaced, by the column's type
        body = json.dumps(facts, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        statement = sa.insert(journal).values(kind=kind, body=body, created_at=at).returning(journal.c.seq)
        seq: int = self._connection.execute(statement).scalar_one()
        return seq

    def after(self, seq: int, limit: int = 1000) -> list[tuple[int, str, str]]:
        query = sa.select(journal.c.seq, journal.c.kind, journal.c.body).where(journal.c.seq > seq)
        rows = self._connection.execute(query.order_by(journal.c.seq).limit(limit))
        return [(number, kind, body) for number, kind, body in rows]

    def head(self) -> int:
        newest: int | None = self._connection.scalar(sa.select(sa.func.max(journal.c.seq)))
        return newest or 0

    def prune(self, *, before: datetime, up_to_seq: int) -> int:
        deleted = self._connection.execute(
            sa.delete(journal).where(journal.c.seq <= up_to_seq, journal.c.created_at < before)
        )
        return deleted.rowcount
