"""Every statement names its organisation: the journal's rows have one, and indexes begin with it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Table -> its indexes that looked up ids without an organisation, and what they are made of now; None: the primary key
# finds the same.
INDEXES: dict[str, dict[str, list[str] | None]] = {
    "runs": {
        "runs_id": None,
        "runs_dagster": ["org_id", "dagster_run_id"],
        "runs_retries": ["org_id", "retry_of"],
    },
    "run_sessions": {"run_sessions_run": None},
    "run_comparisons": {"run_comparisons_run": None},
    "outbox": {
        "outbox_run": ["org_id", "run_id"],
        "outbox_incident": ["org_id", "incident_id"],
        "outbox_thread": ["org_id", "thread_key", "target"],
    },
    "review_decisions": {"review_decisions_run": ["org_id", "run_id"]},
    "incidents": {"incidents_id": None},
    "incident_runs": {"incident_runs_run": ["org_id", "run_id"], "incident_runs_incident": None},
    "delivery_attempts": {"delivery_attempts_pace": ["org_id", "target", "started_at"]},
    "events": {"events_id": None},
    "decisions": {"decisions_run": ["org_id", "run_id"], "decisions_batch": ["org_id", "batch_id"]},
    "batches": {"batches_run": ["org_id", "run_id"]},
}


def upgrade() -> None:
    """Add and replace them; their meaning is told in resources/ledger/tables.py."""
    # Not a batch: it would copy the table, and an emptied journal would begin to count anew.
    op.add_column("journal", sa.Column("org_id", CleanText, nullable=False, server_default=""))
    op.execute(
        "UPDATE journal SET org_id = "  # a home worked for one organisation until now
        "COALESCE((SELECT id FROM organizations WHERE is_first), 'default')"
    )
    for table, indexes in INDEXES.items():
        for name, columns in indexes.items():
            op.drop_index(name, table)
            if columns is not None:
                op.create_index(name, table, columns)
