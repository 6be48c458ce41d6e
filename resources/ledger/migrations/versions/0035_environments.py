"""What became of environments and a person accepted, and which reviews ask by that alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText, UtcTime

revision = "0035"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; reviews of before stay their runs' own."""
    op.create_table(
        "accepted_environments",
        sa.Column("org_id", CleanText, primary_key=True, nullable=False),
        sa.Column("change", CleanText, primary_key=True, nullable=False),
        sa.Column("accepted_by", CleanText, nullable=False),
        sa.Column("accepted_at", UtcTime, nullable=False),
        sa.Column("note", CleanText, nullable=False),
    )
    op.add_column("review_queue", sa.Column("environment", CleanText, nullable=False, server_default=""))
