"""What people decided about pictures, by what these show."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText, UtcTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; their meaning is told in resources/ledger/decision_tables.py.

    Decisions of before were about runs and stay as they are; a change that shows again is asked about once more.
    """
    op.create_table(
        "view_decisions",
        *(_key("org_id"), _key("id")),
        *(_text("set_name"), _text("view"), _text("kind")),
        *(_text("old_sha256", nullable=True), _text("new_sha256", nullable=True), _text("fingerprint")),
        *(_text("run_id"), _text("decided_by")),
        sa.Column("decided_at", UtcTime, nullable=False),
        *(_text("note"), _text("owner")),
        sa.Column("until", UtcTime, nullable=True),
        _text("baseline_id", nullable=True),
        sa.Column("withdrawn_at", UtcTime, nullable=True),
        _text("withdrawn_by"),
    )
    op.create_index("view_decisions_view", "view_decisions", ["org_id", "set_name", "view"])
    op.create_index("view_decisions_run", "view_decisions", ["org_id", "run_id"])
    op.create_table("followed_decisions", *(_key("org_id"), _key("decision_id"), _key("run_id")))


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, CleanText, primary_key=True, nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, CleanText, nullable=nullable)
