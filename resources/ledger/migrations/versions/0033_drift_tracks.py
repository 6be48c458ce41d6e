"""What views that pass have absorbed since a person approved their pictures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tracks; they begin with the next run. Their meaning is told in resources/ledger/drift_tables.py."""
    op.create_table(
        "drift_tracks",
        *(
            sa.Column(name, CleanText, primary_key=True, nullable=False)
            for name in ("org_id", "set_name", "view")
        ),
        sa.Column("track", CleanText, nullable=False),
    )
