"""Until when an organisation's facts were forgotten, so that nothing tells them to a history again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import UtcTime

revision = "0050"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; no facts were ever forgotten before."""
    op.add_column("organizations", sa.Column("facts_forgotten", UtcTime, nullable=True))
