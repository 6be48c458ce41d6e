"""The ledger's tables; every key starts with org_id, times are UTC, JSON is text."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

metadata = sa.MetaData()

OPEN = ("pending", "running")


class UtcTime(sa.types.TypeDecorator[datetime]):
    """An aware time in UTC: timestamptz in PostgreSQL, ISO text of fixed width in SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.engine.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time {value!r} cannot be stored; times are aware and in UTC")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.engine.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class CleanText(sa.types.TypeDecorator[str]):
    """Text that every store can hold: pages may show NUL (PostgreSQL refuses it) and half surrogates (no UTF-8)."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.engine.Dialect) -> str | None:
        if value is None or (value.isascii() and "\0" not in value):
            return value
        whole = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _text(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, CleanText, nullable=options.pop("nullable", False), **options)


def _time(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, UtcTime, nullable=nullable)


def _seq() -> sa.Column[int]:
    # SQLite numbers rows by itself only in an INTEGER primary key
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return sa.Column("seq", number, primary_key=True, autoincrement=True)


organizations = sa.Table(
    "organizations",
    metadata,
    _text("id", primary_key=True),
    _text("name"),
    _text("config", nullable=True),  # the whole domain value; None until the first apply
    _time("applied_at", nullable=True),
)

definitions = sa.Table(
    "definitions",
    metadata,
    _text("org_id", primary_key=True),
    _text("id", primary_key=True),
    _text("kind"),
    _text("name"),
    _text("config"),  # the whole domain value
    sa.Column("enabled", sa.Boolean, nullable=False),
    _text("cron_expression", nullable=True),
    _text("timezone", nullable=True),
    _time("created_at"),
    _time("updated_at"),
    _text("created_by"),
    _time("effective_since"),  # what is due before belongs to an older cron, zone or switch
)

pauses = sa.Table(
    "pauses",
    metadata,
    _text("org_id", primary_key=True),
    _text("id", primary_key=True),
    _text("definition_id", nullable=True),  # None: the whole organisation
    _text("reason"),
    _text("paused_by"),
    _time("since"),
    _time("until", nullable=True),
    _time("lifted_at", nullable=True),
    _text("lifted_by", nullable=True),
)
sa.Index("pauses_of_definition", pauses.c.org_id, pauses.c.definition_id)

usage = sa.Table(
    "usage",
    metadata,
    _text("org_id", primary_key=True),
    _text("definition_id", primary_key=True),
    _text("month", primary_key=True),  # `2026-11`, in UTC
    sa.Column("minutes", sa.Double, nullable=False),
)

notices = sa.Table(
    "notices",  # what is told once only
    metadata,
    _text("org_id", primary_key=True),
    _text("key", primary_key=True),
    _time("told_at"),
)

runs = sa.Table(
    "runs",
    metadata,
    _text("org_id", primary_key=True),
    _text("id", primary_key=True),
    _text("origin"),
    _text("definition_id"),
    _text("definition_kind"),
    _text("status"),
    _text("reason"),
    _text("variables"),
    _text("requested_by"),
    sa.Column("timeout_minutes", sa.Integer, nullable=False),
    sa.Column("allow_overlap", sa.Boolean, nullable=False),
    _text("dagster_run_id", nullable=True),
    _text("retry_of", nullable=True),
    _time("nominal_at"),
    _time("requested_at"),
    _time("buffered_at", nullable=True),
    _time("claimed_at", nullable=True),
    _time("deadline_at", nullable=True),
    _time("completed_at", nullable=True),
    sa.UniqueConstraint("org_id", "origin", name="runs_origin"),
)
_is_open = runs.c.status.in_(OPEN)
_holds_slot = sa.and_(runs.c.status == "running", sa.not_(runs.c.allow_overlap))
sa.Index(
    "runs_slot",
    runs.c.org_id,
    runs.c.definition_id,
    unique=True,
    sqlite_where=_holds_slot,
    postgresql_where=_holds_slot,
)
sa.Index(
    "runs_open",
    runs.c.org_id,
    runs.c.requested_at,
    runs.c.id,
    sqlite_where=_is_open,
    postgresql_where=_is_open,
)
sa.Index("runs_newest", runs.c.org_id, runs.c.requested_at, runs.c.id)
sa.Index("runs_of_definition", runs.c.org_id, runs.c.definition_id, runs.c.requested_at, runs.c.id)
sa.Index("runs_id", runs.c.id)  # ids are unique by themselves; the port looks runs up without an organisation
sa.Index("runs_dagster", runs.c.dagster_run_id)
sa.Index("runs_retries", runs.c.retry_of)

run_sessions = sa.Table(
    "run_sessions",
    metadata,
    _text("org_id", primary_key=True),
    _text("run_id", primary_key=True),
    _text("id", primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    _text("result"),
    _text("shas"),  # the images it refers to, blank between; so that nobody parses years of results to prune
)
sa.Index("run_sessions_run", run_sessions.c.run_id)

run_comparisons = sa.Table(
    "run_comparisons",
    metadata,
    _text("org_id", primary_key=True),
    _text("run_id", primary_key=True),
    _text("comparisons"),
    _text("shas"),
)
sa.Index("run_comparisons_run", run_comparisons.c.run_id)

baselines = sa.Table(
    "baselines",
    metadata,
    _text("org_id", primary_key=True),
    _text("id", primary_key=True),
    _text("set_name"),
    _text("baseline"),
    sa.Column("is_active", sa.Boolean, nullable=False),
    _time("created_at"),
    _text("created_by"),
    _text("source_run_id"),
)
sa.Index(
    "baselines_active",
    baselines.c.org_id,
    baselines.c.set_name,
    unique=True,
    sqlite_where=baselines.c.is_active,
    postgresql_where=baselines.c.is_active,
)
sa.Index("baselines_newest", baselines.c.org_id, baselines.c.set_name, baselines.c.created_at, baselines.c.id)

outbox = sa.Table(
    "outbox",
    metadata,
    _text("org_id", primary_key=True),
    _text("id", primary_key=True),
    _text("run_id"),
    _text("event"),
    _text("target"),
    _text("status"),
    _text("notification"),
    _time("created_at"),
    sa.UniqueConstraint("org_id", "run_id", "event", "target", name="outbox_once"),
)
_is_waiting = outbox.c.status == "stored"
sa.Index(
    "outbox_waiting",
    outbox.c.created_at,
    outbox.c.id,
    sqlite_where=_is_waiting,
    postgresql_where=_is_waiting,
)
sa.Index("outbox_run", outbox.c.run_id)

events = sa.Table(
    "events",
    metadata,
    _text("org_id", primary_key=True),
    _text("id", primary_key=True),
    _text("source_id"),
    _text("type"),
    _text("status"),
    _text("event"),  # the whole domain value
    _time("received_at"),
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
sa.Index("events_id", events.c.id)

# With SQLite it is a file of its own and this one stays empty; with PostgreSQL it is this table.
inbox = sa.Table(
    "inbox",
    metadata,
    _text("org_id", primary_key=True),
    _text("source_id", primary_key=True),
    _text("source_delivery_id", primary_key=True),
    _text("id"),
    _text("source_kind"),
    _text("kind"),
    sa.Column("body_sha256", sa.LargeBinary, nullable=False),
    sa.Column("body_bytes", sa.BigInteger, nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=True),  # deflated; None: pruned
    sa.Column("is_handled", sa.Boolean, nullable=False),
    _time("received_at"),
)
sa.Index("inbox_id", inbox.c.id, unique=True)
sa.Index("inbox_received", inbox.c.received_at)
_waits = sa.not_(inbox.c.is_handled)
sa.Index("inbox_waiting", inbox.c.received_at, inbox.c.id, sqlite_where=_waits, postgresql_where=_waits)

journal = sa.Table(
    "journal",
    metadata,
    _seq(),
    _text("kind"),
    _text("body"),
    _time("created_at"),
    sqlite_autoincrement=True,  # a number is never given twice, also after pruning
)

review_decisions = sa.Table(
    "review_decisions",
    metadata,
    _seq(),
    _text("org_id"),
    _text("run_id"),
    _text("decision"),
    _text("decided_by"),
    _text("detail"),
    _time("decided_at"),
    sqlite_autoincrement=True,
)
sa.Index("review_decisions_run", review_decisions.c.run_id)

audit = sa.Table(
    "audit",
    metadata,
    _seq(),
    _text("org_id"),
    _time("happened_at"),
    _text("actor"),
    _text("action"),
    _text("subject"),
    _text("detail"),
    sqlite_autoincrement=True,
)
sa.Index("audit_newest", audit.c.org_id, audit.c.seq)


def insert(connection: sa.Connection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ON CONFLICT; the words are the same in both dialects, SQLAlchemy's classes are not."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
