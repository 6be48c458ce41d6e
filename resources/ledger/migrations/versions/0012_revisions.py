"""Who owns a definition, its revisions, and what definitions may name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText, UtcTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; their meaning is told in resources/ledger/definition_tables.py. What was applied before is its file's."""
    op.create_table(
        "definition_standings",
        *(_key("org_id"), _key("definition_id"), _text("managed_by"), _text("standing")),
    )
    op.create_table(
        "definition_revisions",
        *(_key("org_id"), _key("definition_id")),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False, nullable=False),
        *(_text("kind"), _text("revised_by")),
        sa.Column("revised_at", UtcTime, nullable=False),
        _text("revision"),
    )
    op.create_table("libraries", _key("org_id"), _text("library"))


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, CleanText, primary_key=True, nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, CleanText, nullable=False)
