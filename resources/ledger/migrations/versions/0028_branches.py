"""Layers of branches: whose pictures a baseline holds, and since when nobody works on that branch any more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText, UtcTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; all baselines of before are the target's."""
    op.add_column("baselines", sa.Column("branch", CleanText, nullable=False, server_default=""))
    op.add_column("baselines", sa.Column("closed_at", UtcTime, nullable=True))
