"""The ledger's table for steps of sessions that are being played; like those of tables.py, and made by the same migrations."""

from __future__ import annotations

import sqlalchemy as sa

from resources.ledger.tables import metadata, seq, text

run_steps = sa.Table(
    "run_steps",
    metadata,
    seq(),
    text("org_id"),
    text("run_id"),
    text("session_id"),
    text("playbook"),
    sa.Column("attempt", sa.Integer, nullable=False),
    text("step_id"),
    text("name"),
    text("viewport"),
    text("status"),
    sa.Column("duration_ms", sa.Integer, nullable=False),
    text("message"),
    text("url"),
)
sa.Index("run_steps_run", run_steps.c.org_id, run_steps.c.run_id)
