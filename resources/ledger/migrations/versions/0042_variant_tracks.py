"""What views that pass have absorbed beside a further approved picture of theirs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText

revision = "0042"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tracks of variants; there is none yet. Their meaning is told in resources/ledger/drift_tables.py."""
    op.create_table(
        "variant_tracks",
        *(
            sa.Column(name, CleanText, primary_key=True, nullable=False)
            for name in ("org_id", "set_name", "view", "letter")
        ),
        sa.Column("track", CleanText, nullable=False),
    )
