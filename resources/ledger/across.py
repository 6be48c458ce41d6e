"""Across organisations: the journal that one projector reads, the pictures that somebody still refers to, whose a token is."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from inspect_pipelines.domain.access import AccessToken, Role
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.stored.baseline import BASELINE
from resources.ledger.access import token_of
from resources.ledger.access_tables import access_tokens, members
from resources.ledger.tables import baselines, journal, run_comparisons, run_sessions

# Made once: building a statement costs as much as running it.
AFTER = (
    sa.select(journal.c.seq, journal.c.kind, journal.c.body)
    .where(journal.c.seq > sa.bindparam("after_seq"))
    .order_by(journal.c.seq)
    .limit(sa.bindparam("at_most"))
)
HEAD = sa.select(sa.func.max(journal.c.seq))


class SqlAcrossJournal:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def after(self, seq: int, limit: int = 1000) -> list[tuple[int, str, str]]:
        rows = self._connection.execute(AFTER, {"after_seq": seq, "at_most": limit})
        return [(number, kind, body) for number, kind, body in rows]

    def head(self) -> int:
        newest: int | None = self._connection.scalar(HEAD)
        return newest or 0

    def prune(self, *, before: datetime, up_to_seq: int) -> int:
        deleted = self._connection.execute(
            sa.delete(journal).where(journal.c.seq <= up_to_seq, journal.c.created_at < before)
        )
        return deleted.rowcount


class SqlAcrossPictures:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def referenced(self) -> set[Sha256]:
        listed = sa.union_all(sa.select(run_sessions.c.shas), sa.select(run_comparisons.c.shas))
        found = {Sha256(sha) for text in self._connection.scalars(listed) for sha in text.split()}
        for text in self._connection.scalars(sa.select(baselines.c.baseline)):
            found |= {image.sha256 for image in BASELINE.load(text).images.values()}
        return found


class SqlAcrossAccess:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def token(self, sha256: str) -> AccessToken | None:
        query = sa.select(access_tokens).where(access_tokens.c.sha256 == sha256)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else token_of(row)

    def has_administrator(self) -> bool:
        query = sa.select(members.c.login).where(members.c.role == Role.ADMIN.value).limit(1)
        return self._connection.scalar(query) is not None


class SqlAcrossSession:
    """One transaction over what is asked of all organisations at once."""

    def __init__(self, connection: sa.Connection) -> None:
        self.journal = SqlAcrossJournal(connection)
        self.pictures = SqlAcrossPictures(connection)
        self.access = SqlAcrossAccess(connection)
