"""Across organisations: the journal that one projector reads, the pictures that somebody still refers to, whose a token is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from inspect_pipelines.domain.access import AccessToken, Role
from inspect_pipelines.domain.any_of import pictures
from inspect_pipelines.domain.ids import BaselineId, OrgId, RunId, Sha256
from inspect_pipelines.domain.sign_in import SignIn
from inspect_pipelines.facts.mark import mark_of
from inspect_pipelines.ports.across import AGAIN, Numbers
from inspect_pipelines.stored.baseline import BASELINE
from resources.ledger.access import token_of
from resources.ledger.access_tables import access_tokens, members
from resources.ledger.event_tables import events
from resources.ledger.journal_tables import journal_numbers
from resources.ledger.leases import SqlFence
from resources.ledger.sign_in_tables import sign_ins
from resources.ledger.sign_ins import sign_in_of
from resources.ledger.tables import (
    baselines,
    definitions,
    journal,
    organizations,
    run_comparisons,
    run_sessions,
    runs,
)

# Made once: building a statement costs as much as running it.
AFTER = (
    sa.select(journal.c.seq, journal.c.kind, journal.c.body)
    .where(journal.c.seq > sa.bindparam("after_seq"))
    .order_by(journal.c.seq)
    .limit(sa.bindparam("at_most"))
)
HEAD = sa.select(
    sa.select(sa.func.max(journal.c.seq)).scalar_subquery(),
    journal_numbers.c.epoch,
    journal_numbers.c.pruned_seq,
)
SET_NEXT = {  # the number after which the next row is counted
    "sqlite": (
        "DELETE FROM sqlite_sequence WHERE name = 'journal'",
        "INSERT INTO sqlite_sequence VALUES ('journal', :last)",
    ),
    "postgresql": ("SELECT setval(pg_get_serial_sequence('journal', 'seq'), :last)",),
}


class SqlAcrossJournal:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def after(self, seq: int, limit: int = 1000) -> list[tuple[int, str, str]]:
        rows = self._connection.execute(AFTER, {"after_seq": seq, "at_most": limit})
        return [(number, kind, body) for number, kind, body in rows]

    def numbers(self) -> Numbers:
        newest, epoch, pruned = self._connection.execute(HEAD).one()
        return Numbers(epoch, pruned, max(newest or 0, pruned))

    def head(self) -> int:
        return self.numbers().head

    def mark(self, seq: int) -> str | None:
        query = sa.select(journal.c.kind, journal.c.body).where(journal.c.seq == seq)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else mark_of(row.kind, row.body)

    def prune(self, *, before: datetime, up_to_seq: int) -> int:
        old = sa.and_(journal.c.seq <= up_to_seq, journal.c.created_at < before)
        newest = self._connection.scalar(sa.select(sa.func.max(journal.c.seq)).where(old))
        if newest is None:
            return 0
        self._connection.execute(
            sa.update(journal_numbers).where(journal_numbers.c.pruned_seq < newest).values(pruned_seq=newest)
        )
        return self._connection.execute(sa.delete(journal).where(old)).rowcount

    def renumber(self, *, behind: int) -> None:
        numbers = self.numbers()
        shift = max(behind, numbers.head)  # so large that no row is given another one's number on the way
        again = sa.case((journal.c.kind == "run", AGAIN), else_=journal.c.kind)
        self._connection.execute(sa.update(journal).values(seq=journal.c.seq + shift, kind=again))
        for statement in SET_NEXT[self._connection.dialect.name]:
            self._connection.execute(sa.text(statement), {"last": shift + numbers.head})
        self._connection.execute(sa.update(journal_numbers).values(pruned_seq=behind))


class SqlAcrossPictures:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def referenced(
        self,
        *,
        but_runs: Collection[tuple[OrgId, RunId]] = (),
        but_baselines: Collection[tuple[OrgId, BaselineId]] = (),
    ) -> set[Sha256]:
        found = set[Sha256]()
        for table in (run_sessions, run_comparisons):
            told = sa.select(table.c.org_id, table.c.run_id, table.c.shas).where(table.c.shas != "")
            for org_id, run_id, text in self._connection.execute(told):
                if (org_id, run_id) not in but_runs:
                    found.update(Sha256(sha) for sha in text.split())
        kept = sa.and_(
            sa.or_(baselines.c.branch == "", baselines.c.deleted_at.is_(None)),  # an expired layer is over
            baselines.c.released_at.is_(None),
        )
        stored = sa.select(baselines.c.org_id, baselines.c.id, baselines.c.baseline).where(kept)
        for org_id, baseline_id, text in self._connection.execute(stored):
            if (org_id, baseline_id) not in but_baselines:
                images = [one for image in BASELINE.load(text).images.values() for one in pictures(image)]
                found |= {image.sha256 for image in images}
                found |= {image.anchor.sha256 for image in images if image.anchor}
        return found


class SqlAcrossAccess:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def token(self, sha256: str) -> AccessToken | None:
        query = sa.select(access_tokens).where(access_tokens.c.sha256 == sha256)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else token_of(row)

    def sign_in(self, sha256: str) -> SignIn | None:
        query = sa.select(sign_ins).where(sign_ins.c.sha256 == sha256)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else sign_in_of(row)

    def has_administrator(self) -> bool:
        query = sa.select(members.c.login).where(members.c.role == Role.ADMIN.value).limit(1)
        return self._connection.scalar(query) is not None


class SqlAcrossSession:
    """One transaction over what is asked of all organisations at once."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.journal = SqlAcrossJournal(connection)
        self.pictures = SqlAcrossPictures(connection)
        self.access = SqlAcrossAccess(connection)
        self.fence = SqlFence(connection)

    def organizations(self) -> list[OrgId]:
        named = (organizations.c.id, definitions.c.org_id, runs.c.org_id, events.c.org_id)
        return [OrgId(one) for one in sorted(self._connection.scalars(sa.union(*map(sa.select, named))))]
