"""What parts that work on one ledger say of themselves, and how old the code may be that works on it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both; their meaning is told in resources/ledger/presence_tables.py."""
    op.create_table(
        "presences",
        *(sa.Column(name, CleanText, primary_key=True, nullable=False) for name in ("host", "part", "place")),
        *(
            sa.Column(name, CleanText, nullable=False)
            for name in ("version", "code", "revision", "python", "dagster", "browser", "fonts", "zone")
        ),
        sa.Column("plays", sa.Boolean, nullable=False),
        sa.Column("rows_behind", sa.BigInteger),
        sa.Column("clock_off", sa.Double, nullable=False),
        sa.Column("clock_bound", sa.Double, nullable=False),
        sa.Column("told_at", sa.Double, nullable=False),
    )
    needs = op.create_table("needs", sa.Column("revision", CleanText, primary_key=True, nullable=False))
    op.bulk_insert(needs, [{"revision": revision}])
