"""People sign in: the hashes of their passwords, and the browsers in which they are known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText, UtcTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; their meaning is told in resources/ledger/sign_in_tables.py."""
    op.create_table(
        "passwords",
        *(_key("org_id"), _key("login"), _text("hashed"), _time("set_at"), _text("set_by")),
    )
    op.create_table(
        "sign_ins",
        *(_key("org_id"), _key("id"), _text("login"), _text("sha256"), _text("how"), _text("agent")),
        *(_time("begun_at"), _time("seen_at"), _time("ended_at", nullable=True)),
        _text("ended_by", nullable=True),
    )
    op.create_index("sign_ins_sha256", "sign_ins", ["sha256"], unique=True)
    op.create_index("sign_ins_login", "sign_ins", ["org_id", "login", "begun_at"])


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, CleanText, primary_key=True, nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, CleanText, nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcTime, nullable=nullable)
