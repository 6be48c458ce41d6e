"""Teardowns that are owed, so that what a killed session began is tidied up at the next start."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText, UtcTime

revision = "0027"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; their meaning is told in resources/ledger/teardown_tables.py."""
    op.create_table(
        "owed_teardowns",
        *(sa.Column(name, CleanText, primary_key=True, nullable=False) for name in ("org_id", "session_id")),
        *(sa.Column(name, CleanText, nullable=False) for name in ("run_id", "playbook")),
        sa.Column("begun_at", UtcTime, nullable=False),
    )
