"""The inbox: deliveries kept as they came, in a SQLite file of their own or in a table of PostgreSQL."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from inspect_pipelines.domain.event import Delivery, SourceKind
from inspect_pipelines.domain.ids import EventId, OrgId, SourceId
from inspect_pipelines.ports.inbox import Stored
from resources.ledger.engines import TOGETHER
from resources.ledger.event_tables import inbox
from resources.ledger.postgres import PostgresDatabase
from resources.ledger.sqlite import SqliteDatabase
from resources.ledger.store import Database, SqlLedgers
from resources.ledger.tables import insert

LEVEL = 1  # of deflate: 20 KB of JSON in 0.1 ms to a quarter
BATCH_BYTES = 32_000_000  # bodies that a reader holds at once; GitHub's may have 25 MB each
PATIENCE_SECONDS = 5.0  # for a locked file: a sender waits for its answer, and GitHub not longer than 10 s
CHECKPOINT_PAGES = 1000  # 4 MB: a checkpoint keeps everybody who is sending waiting, so many short ones it is
WRITER_LOCK = 0x1A5BEC8  # not the ledger's
KEY = ("org_id", "source_id", "source_delivery_id")

# Made once: building a statement costs as much as running it.
FIRST = sa.select(inbox.c.body_sha256).where(*(inbox.c[name] == sa.bindparam(name) for name in KEY))
SIZES = (
    sa.select(inbox.c.id, inbox.c.body_bytes)
    .where(sa.not_(inbox.c.is_handled))
    .order_by(inbox.c.received_at, inbox.c.id)
    .limit(sa.bindparam("at_most"))
)


class SqlInbox:
    """`ports.Inbox` over a database; safe to share between threads, and to carry over a fork."""

    def __init__(self, database: Database, ledgers: SqlLedgers | None = None) -> None:
        self._database = database
        self._ledgers = ledgers  # whose schema holds the table; None: the file is the inbox's own
        self._is_there = False
        self._insert: Any = None

    def store(self, deliveries: Sequence[Delivery]) -> list[Stored]:
        rows = [_row(delivery) for delivery in deliveries]
        # All writers in one order: two that hold what the other one waits for would wait for ever.
        places = sorted(range(len(rows)), key=lambda place: [rows[place][name] for name in KEY])
        with self._write(of=TOGETHER) as connection:
            statement = self._insert_into(connection)
            stored = {place: _store(connection, statement, rows[place]) for place in places}
        return [stored[place] for place in range(len(rows))]

    def waiting(self, limit: int = 100) -> list[Delivery]:
        with self._read() as connection:
            ids: list[str] = []
            held = 0
            for event_id, size in connection.execute(SIZES, {"at_most": limit}):
                held += size
                if ids and held > BATCH_BYTES:
                    break
                ids.append(event_id)
            query = sa.select(inbox).where(inbox.c.id.in_(ids)).order_by(inbox.c.received_at, inbox.c.id)
            return [_delivery(row) for row in connection.execute(query)] if ids else []

    def handled(self, ids: Sequence[EventId]) -> None:
        if not ids:
            return
        with self._write(of=TOGETHER, is_durable=False) as connection:
            statement = sa.update(inbox).where(inbox.c.id == sa.bindparam("of_id")).values(is_handled=True)
            connection.execute(statement, [{"of_id": event_id} for event_id in sorted(ids)])

    def find(self, org_id: OrgId, event_id: EventId) -> Delivery | None:
        query = sa.select(inbox).where(inbox.c.org_id == org_id, inbox.c.id == event_id)
        with self._read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None or row.payload is None else _delivery(row)

    def known(self, org_id: OrgId, source_id: SourceId, delivery_ids: Sequence[str]) -> set[str]:
        query = sa.select(inbox.c.source_delivery_id).where(
            inbox.c.org_id == org_id,
            inbox.c.source_id == source_id,
            inbox.c.source_delivery_id.in_(delivery_ids),
        )
        with self._read() as connection:
            return set(connection.scalars(query))

    def prune(self, *, before: datetime, is_dry_run: bool = False) -> tuple[int, int]:
        due = *_older(before), inbox.c.payload.is_not(None)
        count, size = sa.func.count(), sa.func.coalesce(sa.func.sum(sa.func.length(inbox.c.payload)), 0)
        with self._read() if is_dry_run else self._write() as connection:
            found = connection.execute(sa.select(count, size).where(*due)).one()
            if not is_dry_run:
                connection.execute(sa.update(inbox).where(*due).values(payload=None))
            return int(found[0]), int(found[1])

    def forget(self, *, before: datetime) -> int:
        with self._write() as connection:
            return connection.execute(sa.delete(inbox).where(*_older(before))).rowcount

    def close(self) -> None:
        self._database.close()

    def _write(
        self, *, of: str | None = None, is_durable: bool = True
    ) -> AbstractContextManager[sa.Connection]:
        self._make()
        return self._database.write(of=of, is_durable=is_durable)

    def _read(self) -> AbstractContextManager[sa.Connection]:
        self._make()
        return self._database.read()

    def _insert_into(self, connection: sa.Connection) -> Any:
        """Made once: building the statement costs more than running it."""
        if self._insert is None:
            once = insert(connection, inbox).on_conflict_do_nothing(index_elements=KEY)
            # a row count after ON CONFLICT is not to be relied on, so it returns what it inserted
            self._insert = once.returning(inbox.c.id)
        return self._insert

    def _make(self) -> None:
        if self._is_there:
            return
        if self._ledgers is not None:
            self._ledgers.migrate()
        elif not self._has_table():  # who only reads must not need room on the disk
            with self._database.write() as connection:
                inbox.create(connection, checkfirst=True)
        self._is_there = True

    def _has_table(self) -> bool:
        with self._database.read() as connection:
            return sa.inspect(connection).has_table(inbox.name)


def create_inbox(url_or_path: str | Path, ledgers: SqlLedgers) -> SqlInbox:
    """The inbox in a SQLite file (a path) or beside the ledger in PostgreSQL (a URL); opens nothing yet.

    Either way its writers wait neither for the ledger's nor the ledger's for 25 MB of payload.

    Raises:
        UsageError: A URL that is not `postgresql+psycopg://..`.
    """
    if isinstance(url_or_path, str) and "://" in url_or_path:
        database = PostgresDatabase(
            url_or_path, patience_seconds=PATIENCE_SECONDS, lock=WRITER_LOCK, called="the inbox"
        )
        return SqlInbox(database, ledgers)
    file = SqliteDatabase(
        Path(url_or_path),
        patience_seconds=PATIENCE_SECONDS,
        checkpoint_pages=CHECKPOINT_PAGES,
        called="the inbox",
    )
    return SqlInbox(file)


def _store(connection: sa.Connection, statement: Any, row: dict[str, Any]) -> Stored:
    if connection.scalar(statement, row) is not None:
        return Stored.NEW
    first = connection.scalar(FIRST, {name: row[name] for name in KEY})
    return Stored.AGAIN if first == row["body_sha256"] else Stored.CONFLICT


def _older(before: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return inbox.c.received_at < before, inbox.c.is_handled


def _row(delivery: Delivery) -> dict[str, Any]:
    return {
        "org_id": delivery.org_id,
        "source_id": delivery.source_id,
        "source_delivery_id": delivery.source_delivery_id,
        "id": delivery.id,
        "source_kind": delivery.source_kind.value,
        "kind": delivery.kind,
        "body_sha256": hashlib.sha256(delivery.body).digest(),
        "body_bytes": len(delivery.body),
        "payload": zlib.compress(delivery.body, LEVEL),
        "is_handled": False,
        "received_at": delivery.received_at,
    }


def _delivery(row: sa.Row[Any]) -> Delivery:
    return Delivery(
        id=EventId(row.id),
        org_id=OrgId(row.org_id),
        source_id=SourceId(row.source_id),
        source_kind=SourceKind(row.source_kind),
        source_delivery_id=row.source_delivery_id,
        kind=row.kind,
        body=zlib.decompress(row.payload),
        received_at=row.received_at,
    )
