"""Steps of sessions that are being played, so that whoever waits for a run sees it go on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXTS = (
    "org_id",
    "run_id",
    "session_id",
    "playbook",
    "step_id",
    "name",
    "viewport",
    "status",
    "message",
    "url",
)


def upgrade() -> None:
    """Add them; their meaning is told in resources/ledger/step_tables.py."""
    op.create_table(
        "run_steps",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        *(sa.Column(name, CleanText, nullable=False) for name in TEXTS),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("duration_ms", sa.Integer, nullable=False),
    )
    op.create_index("run_steps_run", "run_steps", ["org_id", "run_id"])
