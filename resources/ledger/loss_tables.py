"""The ledger's table for runs that were lost with their machine; like those of tables.py, and made by the same migrations."""

from __future__ import annotations

import sqlalchemy as sa

from resources.ledger.tables import metadata, text, time

lost_runs = sa.Table(
    "lost_runs",
    metadata,
    text("org_id", primary_key=True),
    text("run_id", primary_key=True),
    text("dagster_run_id"),
    text("host"),
    time("at"),
)

sa.Index("lost_runs_by_dagster_run", lost_runs.c.org_id, lost_runs.c.dagster_run_id)
