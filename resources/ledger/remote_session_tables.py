"""The ledger's table for agents' sessions; like those of tables.py, and made by the same migrations."""

from __future__ import annotations

import sqlalchemy as sa

from resources.ledger.tables import CleanText, UtcTime, metadata, text

remote_sessions = sa.Table(
    "remote_sessions",
    metadata,
    sa.Column("org_id", CleanText, primary_key=True, nullable=False),
    sa.Column("id", CleanText, primary_key=True, nullable=False),  # our session's
    text("run_id"),
    text("playbook"),
    text("title"),
    sa.Column("opened_at", UtcTime, nullable=False),
    sa.Column("remote_id", CleanText, nullable=True),
    sa.Column("message_id", CleanText, nullable=True),
    text("status"),
    sa.Column("pictures", sa.Integer, nullable=False),
    sa.Column("cost_usd", sa.Float, nullable=True),
    sa.Column("ended_at", UtcTime, nullable=True),
    sa.Column("is_archived", sa.Boolean, nullable=False),
    text("url"),
)
sa.Index("remote_sessions_run", remote_sessions.c.org_id, remote_sessions.c.run_id)
sa.Index("remote_sessions_open", remote_sessions.c.org_id, remote_sessions.c.status)
