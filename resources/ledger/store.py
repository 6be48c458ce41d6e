"""The ledger: transactional truth in SQL, the same statements over SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from inspect_pipelines.domain.audit import WITHHELD
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.way import ITSELF
from inspect_pipelines.ports.leases import Lease
from resources.ledger import row_security, schema
from resources.ledger.access import SqlMembers, SqlTokens
from resources.ledger.across import SqlAcrossSession
from resources.ledger.answers import SqlAnswers
from resources.ledger.audit import SqlAudit
from resources.ledger.baselines import SqlBaselines
from resources.ledger.batches import SqlBatches
from resources.ledger.comments import SqlComments, SqlReviewRequests
from resources.ledger.decisions import SqlDecisions
from resources.ledger.definitions import SqlDefinitions
from resources.ledger.drift_tracks import SqlDriftTracks
from resources.ledger.engines import TOGETHER
from resources.ledger.environments import SqlEnvironments
from resources.ledger.events import SqlEvents
from resources.ledger.evidence import SqlEvidence
from resources.ledger.expiry import SqlExpiry
from resources.ledger.incidents import SqlIncidents, SqlSilences
from resources.ledger.journal import SqlJournal
from resources.ledger.kept_answers import SqlKeptAnswers
from resources.ledger.leases import SqlFence, SqlLeases
from resources.ledger.losses import SqlLosses
from resources.ledger.organizations import SqlOrganizations
from resources.ledger.outbox import SqlOutbox
from resources.ledger.pauses import SqlPauses
from resources.ledger.postgres import PostgresDatabase
from resources.ledger.presences import SqlPresences
from resources.ledger.remote_sessions import SqlRemoteSessions
from resources.ledger.repairs import SqlRepairs
from resources.ledger.review_queue import SqlReviewQueue
from resources.ledger.reviews import SqlReviews
from resources.ledger.revisions import SqlRevisions
from resources.ledger.runs import SqlRuns
from resources.ledger.sign_ins import SqlIdentities, SqlPasswords, SqlSignIns
from resources.ledger.sqlite import SqliteDatabase
from resources.ledger.steps import SqlSteps
from resources.ledger.teardowns import SqlTeardowns
from resources.ledger.usage import SqlNotices, SqlUsage
from resources.ledger.withheld import Withheld


def create_ledgers(url_or_path: str | Path) -> SqlLedgers:
    """The ledgers of a home in a SQLite file (a path) or a PostgreSQL database (a URL); opens nothing yet.

    Raises:
        UsageError: A URL that is not `postgresql+psycopg://..`.
    """
    if isinstance(url_or_path, str) and "://" in url_or_path:
        return SqlLedgers(PostgresDatabase(url_or_path))
    return SqlLedgers(SqliteDatabase(Path(url_or_path)))


class Database(Protocol):
    """What the ledger needs of either database."""

    name: str

    def write(
        self, *, of: str | None = None, is_durable: bool = True
    ) -> AbstractContextManager[sa.Connection]: ...
    def read(self, *, of: str | None = None) -> AbstractContextManager[sa.Connection]: ...
    def close(self) -> None: ...


class SqlSession:
    """One transaction over all parts of an organisation's ledger."""

    def __init__(
        self, connection: sa.Connection, org_id: OrgId, via: str = ITSELF, *, is_of_run: bool = False
    ) -> None:
        self.organizations = SqlOrganizations(connection, org_id, via)
        self.definitions = SqlDefinitions(connection, org_id, via)
        self.revisions = SqlRevisions(connection, org_id, via)
        self.pauses = SqlPauses(connection, org_id, via)
        self.usage = SqlUsage(connection, org_id, via)
        self.notices = SqlNotices(connection, org_id, via)
        self.runs = SqlRuns(connection, org_id, via)
        self.losses = SqlLosses(connection, org_id, via)
        self.baselines = SqlBaselines(connection, org_id, via)
        self.evidence = SqlEvidence(connection, org_id, via)
        self.drift_tracks = SqlDriftTracks(connection, org_id, via)
        self.steps = SqlSteps(connection, org_id, via)
        self.remote_sessions = SqlRemoteSessions(connection, org_id, via)
        self.repairs = SqlRepairs(connection, org_id, via)
        self.teardowns = SqlTeardowns(connection, org_id, via)
        self.reviews = SqlReviews(connection, org_id, via)
        self.decisions = SqlDecisions(connection, org_id, via)
        self.environments = SqlEnvironments(connection, org_id, via)
        self.review_queue = SqlReviewQueue(connection, org_id, via)
        self.comments = SqlComments(connection, org_id, via)
        self.review_requests = SqlReviewRequests(connection, org_id, via)
        self.incidents = SqlIncidents(connection, org_id, via)
        self.silences = SqlSilences(connection, org_id, via)
        self.outbox = SqlOutbox(connection, org_id)
        self.events = SqlEvents(connection, org_id, via)
        self.answers = SqlAnswers(connection, org_id, via)
        self.batches = SqlBatches(connection, org_id, via)
        self.expiry = SqlExpiry(connection, org_id, via)
        self.journal = SqlJournal(connection, org_id, via)
        self.audit = SqlAudit(connection, org_id, via)
        self.members = SqlMembers(connection, org_id, via)
        self.tokens = SqlTokens(connection, org_id, via)
        self.passwords = SqlPasswords(connection, org_id, via)
        self.sign_ins = SqlSignIns(connection, org_id, via)
        self.identities = SqlIdentities(connection, org_id, via)
        self.kept_answers = SqlKeptAnswers(connection, org_id, via)
        self.fence = SqlFence(connection)
        if is_of_run:
            self._withhold()

    def _withhold(self) -> None:
        """Keep who may come in from a run, which reads only whose token ends soon, to say so."""
        for name, allowed in WITHHELD.items():
            setattr(self, name, Withheld(getattr(self, name), name, allowed))


class SqlLedger:
    """`ports.Ledger` over a database; safe to share between threads, and to carry over a fork."""

    def __init__(
        self, ledgers: SqlLedgers, org_id: OrgId, via: str = ITSELF, *, is_of_run: bool = False
    ) -> None:
        self._ledgers, self._org_id, self._via, self._is_of_run = ledgers, org_id, via, is_of_run

    def by_way_of(self, via: str) -> SqlLedger:
        return SqlLedger(self._ledgers, self._org_id, via, is_of_run=self._is_of_run)

    def of_run(self) -> SqlLedger:
        return SqlLedger(self._ledgers, self._org_id, self._via, is_of_run=True)

    @contextmanager
    def write(self) -> Iterator[SqlSession]:
        self._ledgers.migrate()
        with self._ledgers.database.write(of=self._org_id) as connection:
            session = SqlSession(connection, self._org_id, self._via, is_of_run=self._is_of_run)
            if self._is_of_run:
                for lease in self._ledgers.held_by_run():
                    session.fence.guard(lease)
            yield session

    @contextmanager
    def read(self) -> Iterator[SqlSession]:
        self._ledgers.migrate()
        with self._ledgers.database.read(of=self._org_id) as connection:
            yield SqlSession(connection, self._org_id, self._via, is_of_run=self._is_of_run)


class SqlLedgers:
    """`ports.Ledgers` over a database; safe to share between threads, and to carry over a fork."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.leases = SqlLeases(self)
        self.presences = SqlPresences(self)
        self.held_by_run: Callable[[], Sequence[Lease]] = list  # what a run that writes shows each time
        self._is_current = False

    @property
    def is_shared(self) -> bool:
        return isinstance(self.database, PostgresDatabase)

    def of(self, org_id: OrgId) -> SqlLedger:
        return SqlLedger(self, org_id)

    @contextmanager
    def write(self) -> Iterator[SqlAcrossSession]:
        self.migrate()
        with self.database.write() as connection:
            yield SqlAcrossSession(connection)

    @contextmanager
    def read(self) -> Iterator[SqlAcrossSession]:
        self.migrate()
        with self.database.read() as connection:
            yield SqlAcrossSession(connection)

    @contextmanager
    def together(self) -> Iterator[sa.Connection]:
        """Write what the database itself decides, row by row, beside all organisations' writers."""
        self.migrate()
        with self.database.write(of=TOGETHER) as connection:
            yield connection

    @contextmanager
    def looking(self) -> Iterator[sa.Connection]:
        self.migrate()
        with self.database.read() as connection:
            yield connection

    def described(self) -> str:
        with self.looking() as connection:
            return (
                row_security.described(connection) if self.is_shared else f"SQLite {sqlite3.sqlite_version}"
            )

    def connections(self) -> tuple[int, int] | None:
        if not self.is_shared:
            return None
        with self.looking() as connection:
            return row_security.connections(connection)

    def revisions(self) -> tuple[str | None, str]:
        with self.database.read() as connection:
            return schema.version(connection), schema.HEAD

    def migrate(self) -> None:
        if self._is_current:
            return
        with self.database.read() as connection:
            version = schema.version(connection)
        if version != schema.HEAD:
            with self.database.write() as connection:
                schema.upgrade(connection, self.database.name)
        self._is_current = True

    def close(self) -> None:
        self.database.close()
