"""Baselines that were deleted, and are kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import UtcTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add when; none was deleted before."""
    op.add_column("baselines", sa.Column("deleted_at", UtcTime, nullable=True))
