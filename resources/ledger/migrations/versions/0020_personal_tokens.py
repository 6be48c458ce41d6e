"""Tokens that are a person themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tell them apart; those of before stay machines'."""
    op.add_column(
        "access_tokens",
        sa.Column("is_personal", sa.Boolean, nullable=False, server_default=sa.false()),
    )
