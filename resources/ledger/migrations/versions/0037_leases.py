"""Who of several machines does what only one may do."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText

revision = "0037"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the leases; their meaning is told in resources/ledger/lease_tables.py."""
    op.create_table(
        "leases",
        sa.Column("name", CleanText, primary_key=True, nullable=False),
        sa.Column("holder", CleanText, nullable=False),
        sa.Column("token", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.Double, nullable=False),
    )
