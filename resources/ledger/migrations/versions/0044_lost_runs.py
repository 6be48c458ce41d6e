"""Runs that were lost with their machine and start again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText, UtcTime

revision = "0044"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; their meaning is told in resources/ledger/losses.py."""
    op.create_table(
        "lost_runs",
        sa.Column("org_id", CleanText, primary_key=True, nullable=False),
        sa.Column("run_id", CleanText, primary_key=True, nullable=False),
        sa.Column("dagster_run_id", CleanText, nullable=False),
        sa.Column("host", CleanText, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
    )
    op.create_index("lost_runs_by_dagster_run", "lost_runs", ["org_id", "dagster_run_id"])
