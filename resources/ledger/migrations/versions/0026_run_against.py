"""The address beside which a run is looked at, instead of what is approved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText

revision = "0026"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; runs before it were looked at beside nothing but what was approved."""
    op.add_column("runs", sa.Column("against", CleanText, nullable=False, server_default=""))
