"""The keys by which links in messages are signed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add one an organisation; it gets it with its first message."""
    op.add_column("organizations", sa.Column("link_key", sa.LargeBinary, nullable=True))
