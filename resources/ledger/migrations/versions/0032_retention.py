"""When pictures and evidence of a run went, since when a baseline is in use no more, and when its pictures went."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import UtcTime

revision = "0032"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; nobody noted when the baselines of before went out of use, so their time begins now."""
    op.add_column("runs", sa.Column("thinned_at", UtcTime, nullable=True))
    op.add_column("runs", sa.Column("emptied_at", UtcTime, nullable=True))
    op.add_column("baselines", sa.Column("retired_at", UtcTime, nullable=True))
    op.add_column("baselines", sa.Column("released_at", UtcTime, nullable=True))
    op.execute("UPDATE baselines SET retired_at = CURRENT_TIMESTAMP WHERE NOT is_active")
    for name, column in (("runs_to_thin", "thinned_at"), ("runs_to_empty", "emptied_at")):
        waits = sa.text(f"{column} IS NULL AND completed_at IS NOT NULL")
        op.create_index(name, "runs", ["org_id", "completed_at"], sqlite_where=waits, postgresql_where=waits)
