"""What agents did, and the repairs that are proposed to people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText, UtcTime

revision = "0031"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables; their meaning is told in domain/trace.py and domain/repair.py."""
    op.create_table(
        "agent_traces",
        *_keys("org_id", "session_id"),
        *(_text("run_id"), _text("playbook"), _time("at"), _text("steps")),
    )
    op.create_index("agent_traces_run", "agent_traces", ["org_id", "run_id"])
    op.create_table(
        "repairs",
        *_keys("org_id", "id"),
        *(_text("run_id"), _text("playbook"), _text("step_id"), _text("fault"), _text("status"), _time("at")),
        *(_text("session_id"), _text("reason"), _text("places")),
        sa.Column("same", sa.Integer, nullable=False),
        *(_text("differing"), _text("decided_by")),
        sa.Column("decided_at", UtcTime, nullable=True),
    )
    op.create_index("repairs_run", "repairs", ["org_id", "run_id"])
    op.create_index("repairs_step", "repairs", ["org_id", "playbook", "step_id", "at"])
    op.create_index("repairs_at", "repairs", ["org_id", "at"])


def _keys(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, CleanText, primary_key=True, nullable=False) for name in names]


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, CleanText, nullable=False)


def _time(name: str) -> sa.Column[object]:
    return sa.Column(name, UtcTime, nullable=False)
