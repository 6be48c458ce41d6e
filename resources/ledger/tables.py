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


def text(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, CleanText, nullable=options.pop("nullable", False), **options)


def time(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, UtcTime, nullable=nullable)


def seq() -> sa.Column[int]:
    # SQLite numbers rows by itself only in an INTEGER primary key
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return sa.Column("seq", number, primary_key=True, autoincrement=True)


organizations = sa.Table(
    "organizations",
    metadata,
    text("id", primary_key=True),
    text("name"),
    text("config", nullable=True),  # the whole domain value; None until the first apply
    time("applied_at", nullable=True),
    time("facts_forgotten", nullable=True),  # facts of before are not kept in the history; None: all are
    # of one at most: its definitions have plain names in Dagster for ever, those of others their organisation's in front
    sa.Column("is_first", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column(
        "link_key", sa.LargeBinary, nullable=True
    ),  # that signs the links in its messages; None: none yet
)

definitions = sa.Table(
    "definitions",
    metadata,
    text("org_id", primary_key=True),
    text("id", primary_key=True),
    text("kind"),
    text("name"),
    text("config"),  # the whole domain value
    sa.Column("enabled", sa.Boolean, nullable=False),
    text("cron_expression", nullable=True),
    text("timezone", nullable=True),
    time("created_at"),
    time("updated_at"),
    text("created_by"),
    time("effective_since"),  # what is due before belongs to an older cron, zone or switch
)

pauses = sa.Table(
    "pauses",
    metadata,
    text("org_id", primary_key=True),
    text("id", primary_key=True),
    text("definition_id", nullable=True),  # None: the whole organisation
    text("reason"),
    text("paused_by"),
    time("since"),
    time("until", nullable=True),
    time("lifted_at", nullable=True),
    text("lifted_by", nullable=True),
)
sa.Index("pauses_of_definition", pauses.c.org_id, pauses.c.definition_id)

runs = sa.Table(
    "runs",
    metadata,
    text("org_id", primary_key=True),
    text("id", primary_key=True),
    text("origin"),
    text("definition_id"),
    text("definition_kind"),
    text("status"),
    text("reason"),
    text("variables"),
    text("requested_by"),
    sa.Column("selection", CleanText, nullable=False, server_default=""),  # JSON; empty: the whole plan
    sa.Column("timeout_minutes", sa.Integer, nullable=False),
    sa.Column("allow_overlap", sa.Boolean, nullable=False),
    text("dagster_run_id", nullable=True),
    text("retry_of", nullable=True),
    text("against", server_default=""),
    time("nominal_at"),
    time("requested_at"),
    time("buffered_at", nullable=True),
    time("claimed_at", nullable=True),
    time("deadline_at", nullable=True),
    time("completed_at", nullable=True),
    time("thinned_at", nullable=True),  # since when only pictures that tell something are kept of it
    time("emptied_at", nullable=True),  # since when its evidence is gone
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
sa.Index("runs_dagster", runs.c.org_id, runs.c.dagster_run_id)
sa.Index("runs_retries", runs.c.org_id, runs.c.retry_of)
for _name, _done in (("runs_to_thin", runs.c.thinned_at), ("runs_to_empty", runs.c.emptied_at)):
    _waits = sa.and_(_done.is_(None), runs.c.completed_at.is_not(None))
    sa.Index(_name, runs.c.org_id, runs.c.completed_at, sqlite_where=_waits, postgresql_where=_waits)

run_sessions = sa.Table(
    "run_sessions",
    metadata,
    text("org_id", primary_key=True),
    text("run_id", primary_key=True),
    text("id", primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    text("result"),
    text("shas"),  # the images it refers to, blank between; so that nobody parses years of results to prune
)

run_comparisons = sa.Table(
    "run_comparisons",
    metadata,
    text("org_id", primary_key=True),
    text("run_id", primary_key=True),
    text("comparisons"),
    text("shas"),
)

baselines = sa.Table(
    "baselines",
    metadata,
    text("org_id", primary_key=True),
    text("id", primary_key=True),
    text("set_name"),
    text("baseline"),
    sa.Column("is_active", sa.Boolean, nullable=False),
    time("created_at"),
    text("created_by"),
    text("source_run_id"),
    time("deleted_at", nullable=True),
    text("branch", server_default=""),  # whose layer it is of; empty: the target's
    time("closed_at", nullable=True),  # of a layer: since when nobody works on its branch
    time("retired_at", nullable=True),  # since when it is in use no more; None: it is
    time("released_at", nullable=True),  # since when its pictures are not kept for it any longer
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
    text("org_id", primary_key=True),
    text("id", primary_key=True),
    text("key"),
    text("run_id"),
    text("incident_id", nullable=True),
    text("thread_key", nullable=True),  # None: the message stands alone
    text("event"),
    text("kind"),  # the message's; empty: it has only text
    text("target"),
    text("status"),
    text("notification"),
    time("created_at"),
    time("due_at"),
    sa.Column("attempts", sa.Integer, nullable=False),
    text("lease_owner", nullable=True),
    time("lease_until", nullable=True),
    sa.UniqueConstraint("org_id", "key", name="outbox_key"),
)
_is_waiting = outbox.c.status == "stored"
sa.Index(
    "outbox_waiting",
    outbox.c.due_at,
    outbox.c.target,
    sqlite_where=_is_waiting,
    postgresql_where=_is_waiting,
)
sa.Index("outbox_run", outbox.c.org_id, outbox.c.run_id)
sa.Index("outbox_incident", outbox.c.org_id, outbox.c.incident_id)
sa.Index("outbox_thread", outbox.c.org_id, outbox.c.thread_key, outbox.c.target)
sa.Index("outbox_newest", outbox.c.org_id, outbox.c.created_at, outbox.c.id)
sa.Index("outbox_openings", outbox.c.org_id, outbox.c.target, outbox.c.kind, outbox.c.due_at)

journal = sa.Table(
    "journal",
    metadata,
    seq(),
    text("org_id"),
    text("kind"),
    text("body"),
    time("created_at"),
    sqlite_autoincrement=True,  # a number is never given twice, also after pruning
)

review_decisions = sa.Table(
    "review_decisions",
    metadata,
    seq(),
    text("org_id"),
    text("run_id"),
    text("decision"),
    text("decided_by"),
    text("detail"),
    time("decided_at"),
    sqlite_autoincrement=True,
)
sa.Index("review_decisions_run", review_decisions.c.org_id, review_decisions.c.run_id)

audit = sa.Table(
    "audit",
    metadata,
    seq(),
    text("org_id"),
    time("happened_at"),
    text("actor"),
    text("action"),
    text("subject"),
    text("detail"),
    text("via"),
    sqlite_autoincrement=True,
)
sa.Index("audit_newest", audit.c.org_id, audit.c.seq)


def insert(connection: sa.Connection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ON CONFLICT; the words are the same in both dialects, SQLAlchemy's classes are not."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
