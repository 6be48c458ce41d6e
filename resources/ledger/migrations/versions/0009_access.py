"""Members of organisations, and the tokens that speak for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText, UtcTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; their meaning is told in resources/ledger/access_tables.py."""
    op.create_table(
        "members",
        *(_key("org_id"), _key("login"), _text("role"), _time("added_at"), _text("added_by")),
    )
    op.create_table(
        "access_tokens",
        *(_key("org_id"), _key("id"), _text("name"), _text("login"), _text("scopes"), _text("sha256")),
        *(_time("created_at"), _text("created_by"), _time("expires_at")),
        *(_time("last_used_at", nullable=True), _time("revoked_at", nullable=True)),
        _text("revoked_by", nullable=True),
    )
    op.create_index("access_tokens_sha256", "access_tokens", ["sha256"], unique=True)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, CleanText, primary_key=True, nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, CleanText, nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcTime, nullable=nullable)
