"""The ledger's tables of what sources told, and the inbox that holds it as it came."""

from __future__ import annotations

import sqlalchemy as sa

from resources.ledger.tables import metadata, text, time

events = sa.Table(
    "events",
    metadata,
    text("org_id", primary_key=True),
    text("id", primary_key=True),
    text("source_id"),
    text("type"),
    text("status"),
    text("event"),  # the whole domain value
    time("received_at"),
)
_is_undecided = events.c.status.in_(("received", "waiting", "undecided"))
sa.Index(
    "events_undecided",
    events.c.status,
    events.c.received_at,
    events.c.id,
    sqlite_where=_is_undecided,
    postgresql_where=_is_undecided,
)
sa.Index("events_newest", events.c.org_id, events.c.received_at, events.c.id)

# With SQLite it is a file of its own and this one stays empty; with PostgreSQL it is this table.
inbox = sa.Table(
    "inbox",
    metadata,
    text("org_id", primary_key=True),
    text("source_id", primary_key=True),
    text("source_delivery_id", primary_key=True),
    text("id"),
    text("source_kind"),
    text("kind"),
    sa.Column("body_sha256", sa.LargeBinary, nullable=False),
    sa.Column("body_bytes", sa.BigInteger, nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=True),  # deflated; None: pruned
    sa.Column("is_handled", sa.Boolean, nullable=False),
    time("received_at"),
)
sa.Index("inbox_id", inbox.c.id, unique=True)
sa.Index("inbox_received", inbox.c.received_at)
_waits = sa.not_(inbox.c.is_handled)
sa.Index("inbox_waiting", inbox.c.received_at, inbox.c.id, sqlite_where=_waits, postgresql_where=_waits)
