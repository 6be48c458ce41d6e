"""Who may start by itself, and when: pauses, effective times, buffered runs, usage, notices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText, UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; their meaning is told in resources/ledger/tables.py."""
    op.create_table(
        "pauses",
        *(_key("org_id"), _key("id"), _text("definition_id", nullable=True)),
        *(_text("reason"), _text("paused_by"), _time("since"), _time("until", nullable=True)),
        *(_time("lifted_at", nullable=True), _text("lifted_by", nullable=True)),
    )
    op.create_index("pauses_of_definition", "pauses", ["org_id", "definition_id"])
    op.create_table(
        "usage",
        *(_key("org_id"), _key("definition_id"), _key("month")),
        sa.Column("minutes", sa.Double, nullable=False),
    )
    op.create_table("notices", _key("org_id"), _key("key"), _time("told_at"))
    op.add_column("organizations", _text("config", nullable=True))
    op.add_column("organizations", _time("applied_at", nullable=True))
    op.add_column("runs", _time("buffered_at", nullable=True))
    op.add_column("definitions", _time("effective_since", nullable=True))
    op.execute("UPDATE definitions SET effective_since = updated_at")
    with op.batch_alter_table("definitions") as definitions:
        definitions.alter_column("effective_since", existing_type=UtcTime(), nullable=False)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, CleanText, primary_key=True, nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, CleanText, nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcTime, nullable=nullable)
