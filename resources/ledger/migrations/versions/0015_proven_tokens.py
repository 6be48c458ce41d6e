"""Tokens that a workflow got for what its code host signed, each proof once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the proof; tokens of before were created by people and have none."""
    op.add_column("access_tokens", sa.Column("proof", CleanText, nullable=True))
    op.create_index("access_tokens_proof", "access_tokens", ["org_id", "proof"], unique=True)
