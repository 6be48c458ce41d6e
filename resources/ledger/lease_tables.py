"""The ledger's table for leases; like those of tables.py, and made by the same migrations."""

from __future__ import annotations

import sqlalchemy as sa

from resources.ledger.tables import metadata, text

leases = sa.Table(
    "leases",  # a row a name, for ever: its token goes on counting
    metadata,
    text("name", primary_key=True),
    text("holder"),
    sa.Column("token", sa.BigInteger, nullable=False),
    sa.Column("ends_at", sa.Double, nullable=False),  # seconds since 1970 by the database's clock
)
