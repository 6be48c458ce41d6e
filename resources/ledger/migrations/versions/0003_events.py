"""What sources told: events, and PostgreSQL's inbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText, UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

UNDECIDED = sa.text("status IN ('received', 'waiting', 'undecided')")
WAITS = sa.text("NOT is_handled")


def upgrade() -> None:
    """Add them; their meaning is told in resources/ledger/tables.py."""
    op.create_table(
        "events",
        *(_key("org_id"), _key("id"), _text("source_id"), _text("type"), _text("status"), _text("event")),
        _time("received_at"),
    )
    op.create_index(
        "events_undecided",
        "events",
        ["status", "received_at", "id"],
        sqlite_where=UNDECIDED,
        postgresql_where=UNDECIDED,
    )
    op.create_index("events_newest", "events", ["org_id", "received_at", "id"])
    op.create_index("events_id", "events", ["id"])
    op.create_table(
        "inbox",
        *(_key("org_id"), _key("source_id"), _key("source_delivery_id")),
        *(_text("id"), _text("source_kind"), _text("kind")),
        sa.Column("body_sha256", sa.LargeBinary, nullable=False),
        sa.Column("body_bytes", sa.BigInteger, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=True),
        sa.Column("is_handled", sa.Boolean, nullable=False),
        _time("received_at"),
    )
    op.create_index("inbox_id", "inbox", ["id"], unique=True)
    op.create_index("inbox_received", "inbox", ["received_at"])
    op.create_index(
        "inbox_waiting", "inbox", ["received_at", "id"], sqlite_where=WAITS, postgresql_where=WAITS
    )


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, CleanText, primary_key=True, nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, CleanText, nullable=False)


def _time(name: str) -> sa.Column[object]:
    return sa.Column(name, UtcTime, nullable=False)
