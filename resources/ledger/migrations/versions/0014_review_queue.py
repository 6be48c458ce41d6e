"""What waits for a person, proposals, and how people came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText, UtcTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; their meaning is told in resources/ledger/decision_tables.py.

    Runs of before are in no queue: what they failed by shows again with the next run.
    """
    op.create_table(
        "review_queue",
        *(_key("org_id"), _key("run_id")),
        *(_text("definition_id"), _text("set_name"), _text("context")),
        sa.Column("opened_at", UtcTime, nullable=False),
        _text("state"),
        sa.Column("superseded_by", CleanText, nullable=True),
    )
    op.create_index("review_queue_newest", "review_queue", ["org_id", "state", "opened_at"])
    op.create_index("review_queue_same", "review_queue", ["org_id", "definition_id", "context"])
    op.add_column("view_decisions", sa.Column("via", CleanText, nullable=False, server_default="cli"))
    op.add_column(
        "view_decisions", sa.Column("is_proposal", sa.Boolean, nullable=False, server_default=sa.false())
    )


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, CleanText, primary_key=True, nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, CleanText, nullable=False)
