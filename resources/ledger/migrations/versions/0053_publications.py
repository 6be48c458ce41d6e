"""What is published, for machines that share the ledger and no home."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText, UtcTime

revision = "0053"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; its meaning is told in resources/ledger/publication_tables.py."""
    op.create_table(
        "publications",
        sa.Column("org_id", CleanText, primary_key=True, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("sha256", CleanText, nullable=False),
        sa.Column("published_at", UtcTime),
    )
