"""What came of events: decisions, and batches of events that are one run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText, UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

IS_OPEN = sa.text("run_id IS NULL")


def upgrade() -> None:
    """Add them; their meaning is told in resources/ledger/tables.py."""
    op.create_table(
        "decisions",
        *(_key("org_id"), _key("event_id"), _key("trigger_id"), _key("replay")),
        *(
            _text("outcome"),
            _text("reason"),
            _text("batch_id", nullable=True),
            _text("run_id", nullable=True),
        ),
        _time("decided_at"),
    )
    op.create_index("decisions_of_trigger", "decisions", ["org_id", "trigger_id", "decided_at"])
    op.create_index("decisions_run", "decisions", ["run_id"])
    op.create_index("decisions_batch", "decisions", ["batch_id"])
    op.create_table(
        "batches",
        *(_key("org_id"), _key("id"), _text("trigger_id"), _text("key"), _text("batch")),
        *(_text("run_id", nullable=True), _time("due_at")),
    )
    op.create_index(
        "batches_open",
        "batches",
        ["org_id", "trigger_id", "key"],
        unique=True,
        sqlite_where=IS_OPEN,
        postgresql_where=IS_OPEN,
    )
    op.create_index(
        "batches_due", "batches", ["due_at", "id"], sqlite_where=IS_OPEN, postgresql_where=IS_OPEN
    )
    op.create_index("batches_run", "batches", ["run_id"])


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, CleanText, primary_key=True, nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, CleanText, nullable=nullable)


def _time(name: str) -> sa.Column[object]:
    return sa.Column(name, UtcTime, nullable=False)
