"""The ledger's tables for agents' traces and the repairs made of them; like those of tables.py, and made by the same migrations."""

from __future__ import annotations

import sqlalchemy as sa

from resources.ledger.tables import UtcTime, metadata, text, time

traces = sa.Table(
    "agent_traces",
    metadata,
    text("org_id", primary_key=True),
    text("session_id", primary_key=True),
    text("run_id"),
    text("playbook"),
    time("at"),
    text("steps"),  # JSON
)
sa.Index("agent_traces_run", traces.c.org_id, traces.c.run_id)
repairs = sa.Table(
    "repairs",
    metadata,
    text("org_id", primary_key=True),
    text("id", primary_key=True),
    text("run_id"),
    text("playbook"),
    text("step_id"),
    text("fault"),
    text("status"),
    time("at"),
    text("session_id"),
    text("reason"),
    text("places"),  # JSON
    sa.Column("same", sa.Integer, nullable=False),
    text("differing"),  # JSON
    text("decided_by"),
    sa.Column("decided_at", UtcTime, nullable=True),
)
sa.Index("repairs_run", repairs.c.org_id, repairs.c.run_id)
sa.Index("repairs_step", repairs.c.org_id, repairs.c.playbook, repairs.c.step_id, repairs.c.at)
sa.Index("repairs_at", repairs.c.org_id, repairs.c.at)
