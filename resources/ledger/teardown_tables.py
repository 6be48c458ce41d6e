"""The ledger's table for teardowns that are owed; like those of tables.py, and made by the same migrations."""

from __future__ import annotations

import sqlalchemy as sa

from resources.ledger.tables import metadata, text, time

owed_teardowns = sa.Table(
    "owed_teardowns",
    metadata,
    text("org_id", primary_key=True),
    text("session_id", primary_key=True),
    text("run_id"),
    text("playbook"),
    time("begun_at"),
)
