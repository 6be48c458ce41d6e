"""The ledger: transactional truth in SQL, the same statements over SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from resources.ledger import schema
from resources.ledger.audit import SqlAudit
from resources.ledger.baselines import SqlBaselines
from resources.ledger.batches import SqlBatches
from resources.ledger.decisions import SqlDecisions
from resources.ledger.definitions import SqlDefinitions
from resources.ledger.events import SqlEvents
from resources.ledger.evidence import SqlEvidence
from resources.ledger.incidents import SqlIncidents, SqlSilences
from resources.ledger.journal import SqlJournal
from resources.ledger.organizations import SqlOrganizations
from resources.ledger.outbox import SqlOutbox
from resources.ledger.pauses import SqlPauses
from resources.ledger.postgres import PostgresDatabase
from resources.ledger.reviews import SqlReviews
from resources.ledger.runs import SqlRuns
from resources.ledger.sqlite import SqliteDatabase
from resources.ledger.usage import SqlNotices, SqlUsage


def create_ledger(url_or_path: str | Path) -> SqlLedger:
    """The ledger in a SQLite file (a path) or a PostgreSQL database (a URL); opens nothing yet.

    Raises:
        UsageError: A URL that is not `postgresql+psycopg://..`.
    """
    if isinstance(url_or_path, str) and "://" in url_or_path:
        return SqlLedger(PostgresDatabase(url_or_path))
    return SqlLedger(SqliteDatabase(Path(url_or_path)))


class Database(Protocol):
    """What the ledger needs of either database."""

    name: str

    def write(self, *, is_durable: bool = True) -> AbstractContextManager[sa.Connection]: ...
    def read(self) -> AbstractContextManager[sa.Connection]: ...
    def close(self) -> None: ...


class SqlSession:
    """One transaction over all parts of the ledger."""

    def __init__(self, connection: sa.Connection) -> None:
        self.organizations = SqlOrganizations(connection)
        self.definitions = SqlDefinitions(connection)
        self.pauses = SqlPauses(connection)
        self.usage = SqlUsage(connection)
        self.notices = SqlNotices(connection)
        self.runs = SqlRuns(connection)
        self.baselines = SqlBaselines(connection)
        self.evidence = SqlEvidence(connection)
        self.reviews = SqlReviews(connection)
        self.incidents = SqlIncidents(connection)
        self.silences = SqlSilences(connection)
        self.outbox = SqlOutbox(connection)
        self.events = SqlEvents(connection)
        self.decisions = SqlDecisions(connection)
        self.batches = SqlBatches(connection)
        self.journal = SqlJournal(connection)
        self.audit = SqlAudit(connection)


class SqlLedger:
    """`ports.Ledger` over a database; safe to share between threads, and to carry over a fork."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._is_current = False

    @contextmanager
    def write(self) -> Iterator[SqlSession]:
        self.migrate()
        with self.database.write() as connection:
            yield SqlSession(connection)

    @contextmanager
    def read(self) -> Iterator[SqlSession]:
        self.migrate()
        with self.database.read() as connection:
            yield SqlSession(connection)

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
