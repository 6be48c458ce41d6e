"""Which organisation's definitions have plain names in Dagster: the first one that was applied."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Until now a home worked for the organisation that was applied last, and its names were plain.
KEEPS_ITS_NAMES = """
UPDATE organizations SET is_first = true WHERE id = (
    SELECT id FROM organizations WHERE applied_at IS NOT NULL ORDER BY applied_at DESC, id LIMIT 1
)
"""


def upgrade() -> None:
    """Add it; its meaning is told in resources/ledger/tables.py."""
    op.add_column(
        "organizations", sa.Column("is_first", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.execute(KEEPS_ITS_NAMES)
