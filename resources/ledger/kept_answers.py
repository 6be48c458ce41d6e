"""Kept answers: one row a request that its sender may repeat; old ones go when a new one comes."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.kept_answer import KeptAnswer
from resources.ledger.access_tables import kept_answers
from resources.ledger.owned import Owned
from resources.ledger.tables import insert


class SqlKeptAnswers(Owned):
    def begin(self, kept: KeptAnswer, *, forgotten_before: datetime) -> KeptAnswer | None:
        self._own(kept)
        self._connection.execute(
            sa.delete(kept_answers).where(
                kept_answers.c.org_id == self._org_id, kept_answers.c.begun_at < forgotten_before
            )
        )
        statement = insert(self._connection, kept_answers).values(**_values(kept))
        once = statement.on_conflict_do_nothing(index_elements=["org_id", "asker", "key"])
        if self._connection.scalar(once.returning(kept_answers.c.key)) is not None:
            return None
        return self.find(kept.asker, kept.key)

    def find(self, asker: str, key: str) -> KeptAnswer | None:
        row = self._connection.execute(sa.select(kept_answers).where(*self._of(asker, key))).one_or_none()
        if row is None:
            return None
        return KeptAnswer(
            OrgId(row.org_id),
            row.asker,
            row.key,
            row.fingerprint,
            row.begun_at,
            row.status,
            row.body,
            row.etag,
            row.location,
        )

    def finish(self, kept: KeptAnswer) -> None:
        self._own(kept)
        self._connection.execute(
            sa.update(kept_answers).where(*self._of(kept.asker, kept.key)).values(**_values(kept))
        )

    def drop(self, asker: str, key: str) -> None:
        self._connection.execute(sa.delete(kept_answers).where(*self._of(asker, key)))

    def _of(self, asker: str, key: str) -> tuple[sa.ColumnElement[bool], ...]:
        return (
            kept_answers.c.org_id == self._org_id,
            kept_answers.c.asker == asker,
            kept_answers.c.key == key,
        )


def _values(kept: KeptAnswer) -> dict[str, object]:
    return {
        "org_id": kept.org_id,
        "asker": kept.asker,
        "key": kept.key,
        "fingerprint": kept.fingerprint,
        "begun_at": kept.begun_at,
        "status": kept.status,
        "body": kept.body,
        "etag": kept.etag,
        "location": kept.location,
    }
