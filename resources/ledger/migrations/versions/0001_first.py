"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText, UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer, "sqlite")
HOLDS_SLOT = sa.text("status = 'running' AND NOT allow_overlap")
IS_OPEN = sa.text("status IN ('pending', 'running')")
IS_WAITING = sa.text("status = 'stored'")
IS_ACTIVE = sa.text("is_active")


def upgrade() -> None:
    """Create every table; their meaning is told in resources/ledger/tables.py."""
    organizations = op.create_table("organizations", _key("id"), _text("name"))
    op.bulk_insert(organizations, [{"id": "default", "name": "Default"}])
    op.create_table(
        "definitions",
        *(_key("org_id"), _key("id"), _text("kind"), _text("name"), _text("config")),
        *(_flag("enabled"), _maybe_text("cron_expression"), _maybe_text("timezone")),
        *(_time("created_at"), _time("updated_at"), _text("created_by")),
    )
    _create_runs()
    _create_evidence()
    _create_baselines()
    _create_outbox()
    op.create_table(
        "journal",
        *(_seq(), _text("kind"), _text("body"), _time("created_at")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "review_decisions",
        *(_seq(), _text("org_id"), _text("run_id"), _text("decision")),
        *(_text("decided_by"), _text("detail"), _time("decided_at")),
        sqlite_autoincrement=True,
    )
    op.create_index("review_decisions_run", "review_decisions", ["run_id"])
    op.create_table(
        "audit",
        *(_seq(), _text("org_id"), _time("happened_at"), _text("actor")),
        *(_text("action"), _text("subject"), _text("detail")),
        sqlite_autoincrement=True,
    )
    op.create_index("audit_newest", "audit", ["org_id", "seq"])


def _create_runs() -> None:
    op.create_table(
        "runs",
        *(_key("org_id"), _key("id"), _text("origin"), _text("definition_id"), _text("definition_kind")),
        *(_text("status"), _text("reason"), _text("variables"), _text("requested_by")),
        *(sa.Column("timeout_minutes", sa.Integer, nullable=False), _flag("allow_overlap")),
        *(_maybe_text("dagster_run_id"), _maybe_text("retry_of"), _time("nominal_at"), _time("requested_at")),
        *(_maybe_time("claimed_at"), _maybe_time("deadline_at"), _maybe_time("completed_at")),
        sa.UniqueConstraint("org_id", "origin", name="runs_origin"),
    )
    _index("runs_slot", "runs", ["org_id", "definition_id"], unique=True, where=HOLDS_SLOT)
    _index("runs_open", "runs", ["org_id", "requested_at", "id"], where=IS_OPEN)
    op.create_index("runs_newest", "runs", ["org_id", "requested_at", "id"])
    op.create_index("runs_of_definition", "runs", ["org_id", "definition_id", "requested_at", "id"])
    op.create_index("runs_id", "runs", ["id"])
    op.create_index("runs_dagster", "runs", ["dagster_run_id"])
    op.create_index("runs_retries", "runs", ["retry_of"])


def _create_evidence() -> None:
    op.create_table(
        "run_sessions",
        *(_key("org_id"), _key("run_id"), _key("id"), sa.Column("position", sa.Integer, nullable=False)),
        *(_text("result"), _text("shas")),
    )
    op.create_index("run_sessions_run", "run_sessions", ["run_id"])
    op.create_table(
        "run_comparisons",
        *(_key("org_id"), _key("run_id"), _text("comparisons"), _text("shas")),
    )
    op.create_index("run_comparisons_run", "run_comparisons", ["run_id"])


def _create_baselines() -> None:
    op.create_table(
        "baselines",
        *(_key("org_id"), _key("id"), _text("set_name"), _text("baseline"), _flag("is_active")),
        *(_time("created_at"), _text("created_by"), _text("source_run_id")),
    )
    _index("baselines_active", "baselines", ["org_id", "set_name"], unique=True, where=IS_ACTIVE)
    op.create_index("baselines_newest", "baselines", ["org_id", "set_name", "created_at", "id"])


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        *(_key("org_id"), _key("id"), _text("run_id"), _text("event"), _text("target"), _text("status")),
        *(_text("notification"), _time("created_at")),
        sa.UniqueConstraint("org_id", "run_id", "event", "target", name="outbox_once"),
    )
    _index("outbox_waiting", "outbox", ["created_at", "id"], where=IS_WAITING)
    op.create_index("outbox_run", "outbox", ["run_id"])


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, CleanText, primary_key=True, nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, CleanText, nullable=False)


def _maybe_text(name: str) -> sa.Column[str]:
    return sa.Column(name, CleanText, nullable=True)


def _time(name: str) -> sa.Column[object]:
    return sa.Column(name, UtcTime, nullable=False)


def _maybe_time(name: str) -> sa.Column[object]:
    return sa.Column(name, UtcTime, nullable=True)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False)


def _seq() -> sa.Column[int]:
    return sa.Column("seq", SEQ, primary_key=True, autoincrement=True)


def _index(name: str, table: str, columns: list[str], *, unique: bool = False, where: sa.TextClause) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)
