"""The ledger's tables for what came of events; like those of tables.py, and made by the same migrations."""

from __future__ import annotations

import sqlalchemy as sa

from resources.ledger.tables import CleanText, UtcTime, metadata


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, CleanText, primary_key=True, nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, CleanText, nullable=nullable)


decisions = sa.Table(
    "decisions",
    metadata,
    _key("org_id"),
    _key("event_id"),
    _key("trigger_id"),
    _key("replay"),  # empty: the event itself
    _text("outcome"),
    _text("reason"),
    _text("batch_id", nullable=True),
    _text("run_id", nullable=True),
    sa.Column("decided_at", UtcTime, nullable=False),
)
sa.Index("decisions_of_trigger", decisions.c.org_id, decisions.c.trigger_id, decisions.c.decided_at)
sa.Index("decisions_run", decisions.c.org_id, decisions.c.run_id)
sa.Index("decisions_batch", decisions.c.org_id, decisions.c.batch_id)

batches = sa.Table(
    "batches",
    metadata,
    _key("org_id"),
    _key("id"),
    _text("trigger_id"),
    _text("key"),
    _text("batch"),  # the whole domain value
    _text("run_id", nullable=True),  # None: it is open
    sa.Column("due_at", UtcTime, nullable=False),
)
_is_gathering = batches.c.run_id.is_(None)
sa.Index(
    "batches_open",
    batches.c.org_id,
    batches.c.trigger_id,
    batches.c.key,
    unique=True,  # a further event joins the one that is there
    sqlite_where=_is_gathering,
    postgresql_where=_is_gathering,
)
sa.Index(
    "batches_due", batches.c.due_at, batches.c.id, sqlite_where=_is_gathering, postgresql_where=_is_gathering
)
sa.Index("batches_run", batches.c.org_id, batches.c.run_id)
