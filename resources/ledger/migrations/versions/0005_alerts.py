"""Incidents, silences, and an outbox whose messages have a key, a time, a lease and attempts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText, UtcTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

IS_WAITING = sa.text("status = 'stored'")
IS_OPEN = sa.text("is_open")


def upgrade() -> None:
    """Add them; their meaning is told in resources/ledger/tables.py and alert_tables.py."""
    _incidents()
    _deliveries()
    _outbox()


def _incidents() -> None:
    op.create_table(
        "incidents",
        *(_key("org_id"), _key("id"), _text("scope"), _text("fingerprint")),
        sa.Column("is_open", sa.Boolean, nullable=False),
        *(_text("incident"), _time("opened_at")),
    )
    op.create_index(
        "incidents_open", "incidents", ["org_id", "scope"], sqlite_where=IS_OPEN, postgresql_where=IS_OPEN
    )
    op.create_index("incidents_cause", "incidents", ["org_id", "fingerprint", "opened_at"])
    op.create_index("incidents_newest", "incidents", ["org_id", "opened_at", "id"])
    op.create_index("incidents_id", "incidents", ["id"])
    op.create_table("incident_runs", _key("org_id"), _key("incident_id"), _key("run_id"))
    op.create_index("incident_runs_run", "incident_runs", ["run_id"])
    op.create_index("incident_runs_incident", "incident_runs", ["incident_id"])
    op.create_table(
        "silences",
        *(_key("org_id"), _key("id"), _text("incident_id", nullable=True)),
        *(_text("definition_id", nullable=True), _text("reason"), _text("silenced_by")),
        *(_time("since"), _time("until")),
    )
    op.create_index("silences_until", "silences", ["org_id", "until"])


def _deliveries() -> None:
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "delivery_attempts",
        sa.Column("seq", number, primary_key=True, autoincrement=True),
        *(_text("org_id"), _text("notification_id"), _text("target")),
        sa.Column("number", sa.Integer, nullable=False),
        *(_text("sender"), _time("started_at"), _time("ended_at", nullable=True)),
        *(_text("outcome"), _text("detail")),
        sqlite_autoincrement=True,
    )
    op.create_index("delivery_attempts_of", "delivery_attempts", ["org_id", "notification_id"])
    op.create_index("delivery_attempts_pace", "delivery_attempts", ["target", "started_at"])
    op.create_table(
        "threads",
        *(_key("org_id"), _key("thread_key"), _key("target"), _text("thread"), _time("updated_at")),
    )


def _outbox() -> None:
    op.drop_index("outbox_waiting", "outbox")
    op.drop_index("outbox_run", "outbox")
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_constraint("outbox_once", type_="unique")
        outbox.add_column(_text("key", nullable=True))
        outbox.add_column(_text("incident_id", nullable=True))
        outbox.add_column(_text("thread_key", nullable=True))
        outbox.add_column(_text("kind", nullable=True))
        outbox.add_column(_time("due_at", nullable=True))
        outbox.add_column(sa.Column("attempts", sa.Integer, nullable=True))
        outbox.add_column(_text("lease_owner", nullable=True))
        outbox.add_column(_time("lease_until", nullable=True))
    op.execute(
        "UPDATE outbox SET key = run_id || '/' || event || '///' || target, kind = '', "
        "due_at = created_at, attempts = 0"
    )
    with op.batch_alter_table("outbox") as outbox:
        for name in ("key", "kind"):
            outbox.alter_column(name, existing_type=CleanText(), nullable=False)
        outbox.alter_column("due_at", existing_type=UtcTime(), nullable=False)
        outbox.alter_column("attempts", existing_type=sa.Integer(), nullable=False)
        outbox.create_unique_constraint("outbox_key", ["org_id", "key"])
    op.create_index(
        "outbox_waiting", "outbox", ["due_at", "target"], sqlite_where=IS_WAITING, postgresql_where=IS_WAITING
    )
    op.create_index("outbox_run", "outbox", ["run_id"])
    op.create_index("outbox_incident", "outbox", ["incident_id"])
    op.create_index("outbox_thread", "outbox", ["thread_key", "target"])
    op.create_index("outbox_newest", "outbox", ["org_id", "created_at", "id"])
    op.create_index("outbox_openings", "outbox", ["org_id", "target", "kind", "due_at"])


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, CleanText, primary_key=True, nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, CleanText, nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcTime, nullable=nullable)
