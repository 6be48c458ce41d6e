"""What was answered to requests that somebody may send again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText, UtcTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; their meaning is told in resources/ledger/access_tables.py."""
    op.create_table(
        "kept_answers",
        *(_key("org_id"), _key("asker"), _key("key")),
        sa.Column("fingerprint", CleanText, nullable=False),
        sa.Column("begun_at", UtcTime, nullable=False),
        sa.Column("status", sa.Integer, nullable=True),
        sa.Column("body", CleanText, nullable=False),
    )
    op.create_index("kept_answers_begun", "kept_answers", ["org_id", "begun_at"])


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, CleanText, primary_key=True, nullable=False)
