"""Agents' sessions on a control plane."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText, UtcTime

revision = "0029"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; its meaning is told in domain/remote_session.py."""
    op.create_table(
        "remote_sessions",
        sa.Column("org_id", CleanText, primary_key=True, nullable=False),
        sa.Column("id", CleanText, primary_key=True, nullable=False),
        *(_text("run_id"), _text("playbook"), _text("title")),
        sa.Column("opened_at", UtcTime, nullable=False),
        sa.Column("remote_id", CleanText, nullable=True),
        sa.Column("message_id", CleanText, nullable=True),
        _text("status"),
        sa.Column("pictures", sa.Integer, nullable=False),
        sa.Column("cost_usd", sa.Float, nullable=True),
        sa.Column("ended_at", UtcTime, nullable=True),
        sa.Column("is_archived", sa.Boolean, nullable=False),
        _text("url"),
    )
    op.create_index("remote_sessions_run", "remote_sessions", ["org_id", "run_id"])
    op.create_index("remote_sessions_open", "remote_sessions", ["org_id", "status"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, CleanText, nullable=False)
