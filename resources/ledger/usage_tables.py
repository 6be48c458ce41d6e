"""The ledger's tables of what was used and told; like those of tables.py, and made by the same migrations."""

from __future__ import annotations

import sqlalchemy as sa

from resources.ledger.tables import metadata, text, time

usage = sa.Table(
    "usage",
    metadata,
    text("org_id", primary_key=True),
    text("definition_id", primary_key=True),
    text("month", primary_key=True),  # `2026-11`, in UTC
    sa.Column("minutes", sa.Double, nullable=False),
)

notices = sa.Table(
    "notices",  # what is told once only
    metadata,
    text("org_id", primary_key=True),
    text("key", primary_key=True),
    time("told_at"),
)
