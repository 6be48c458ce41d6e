"""PostgreSQL itself keeps one organisation's rows from another one's statements."""

from __future__ import annotations

revision = "0038"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing here: resources/ledger/schema.py fences all tables after each upgrade, those of later migrations, too."""
