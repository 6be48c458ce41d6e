"""The headers of kept answers that a client goes on with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; of answers from before, which go within a day, nothing is known."""
    op.add_column("kept_answers", sa.Column("etag", CleanText, nullable=True))
    op.add_column("kept_answers", sa.Column("location", CleanText, nullable=True))
