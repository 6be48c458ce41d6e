"""The audit tells by what way somebody came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; of rows of before nobody knows, but for those that say so in their detail."""
    op.add_column("audit", sa.Column("via", CleanText, nullable=False, server_default=""))
