"""Which part of its plan a run was asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText

revision = "0025"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs of before were whole ones."""
    op.add_column("runs", sa.Column("selection", CleanText, nullable=False, server_default=""))
