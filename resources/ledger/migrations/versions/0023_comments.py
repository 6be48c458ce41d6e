"""What people say of points of views, and whose word about a run is asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText, UtcTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both; their meaning is told in resources/ledger/comment_tables.py."""
    op.create_table(
        "view_comments",
        *(_key("org_id"), _key("id")),
        *(_text("set_name"), _text("view"), _text("run_id")),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("x", "y")),
        *(_text("text"), _text("said_by")),
        sa.Column("said_at", UtcTime, nullable=False),
        _text("via"),
        sa.Column("resolved_at", UtcTime, nullable=True),
        _text("resolved_by"),
    )
    op.create_index("view_comments_set", "view_comments", ["org_id", "set_name", "resolved_at"])
    op.create_index("view_comments_run", "view_comments", ["org_id", "run_id"])
    op.create_table(
        "review_requests",
        *(_key("org_id"), _key("run_id"), _key("login")),
        _text("asked_by"),
        sa.Column("asked_at", UtcTime, nullable=False),
    )
    op.create_index("review_requests_login", "review_requests", ["org_id", "login"])


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, CleanText, primary_key=True, nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, CleanText, nullable=False)
