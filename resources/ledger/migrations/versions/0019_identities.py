"""Which member an identity provider's person is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText, UtcTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; nobody of before came by a provider."""
    keys = (
        sa.Column(name, CleanText, primary_key=True, nullable=False)
        for name in ("org_id", "issuer", "subject")
    )
    op.create_table(
        "identities",
        *keys,
        sa.Column("login", CleanText, nullable=False),
        sa.Column("since_at", UtcTime, nullable=False),
    )
