"""The ledger's table for publications; like those of tables.py, and made by the same migrations."""

from __future__ import annotations

import sqlalchemy as sa

from resources.ledger.tables import metadata, text, time

publications = sa.Table(
    "publications",  # a row an organisation, only where machines share the ledger: each keeps the text as a file of its home
    metadata,
    text("org_id", primary_key=True),
    sa.Column("body", sa.Text, nullable=False),  # JSON, as in `compiled/<org>.json`
    text("sha256"),  # of the body's bytes
    time("published_at", nullable=True),
)
