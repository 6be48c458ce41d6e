"""How often whom has asked, for all web processes of a ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText

revision = "0048"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the rates; their meaning is told in resources/ledger/rate_tables.py."""
    op.create_table(
        "rates",
        sa.Column("key", CleanText, primary_key=True, nullable=False),
        sa.Column("nth", sa.BigInteger, nullable=False),
        sa.Column("hits", sa.BigInteger, nullable=False),
        sa.Column("before", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.Double, nullable=False),
        # A crash forgives everybody, as a restart of the only process always did; so no request waits for a disk.
        prefixes=["UNLOGGED"] if op.get_context().dialect.name == "postgresql" else [],
    )
