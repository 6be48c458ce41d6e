"""The tables of incidents and deliveries; the outbox itself stands with the others in tables.py."""

from __future__ import annotations

import sqlalchemy as sa

from resources.ledger.tables import metadata, seq, text, time

incidents = sa.Table(
    "incidents",
    metadata,
    text("org_id", primary_key=True),
    text("id", primary_key=True),
    text("scope"),
    text("fingerprint"),
    sa.Column("is_open", sa.Boolean, nullable=False),
    text("incident"),  # the whole domain value
    time("opened_at"),
)
sa.Index(
    "incidents_open",
    incidents.c.org_id,
    incidents.c.scope,
    sqlite_where=incidents.c.is_open,
    postgresql_where=incidents.c.is_open,
)
sa.Index("incidents_cause", incidents.c.org_id, incidents.c.fingerprint, incidents.c.opened_at)
sa.Index("incidents_newest", incidents.c.org_id, incidents.c.opened_at, incidents.c.id)

incident_runs = sa.Table(
    "incident_runs",
    metadata,
    text("org_id", primary_key=True),
    text("incident_id", primary_key=True),
    text("run_id", primary_key=True),
)
sa.Index("incident_runs_run", incident_runs.c.org_id, incident_runs.c.run_id)

silences = sa.Table(
    "silences",
    metadata,
    text("org_id", primary_key=True),
    text("id", primary_key=True),
    text("incident_id", nullable=True),
    text("definition_id", nullable=True),
    text("reason"),
    text("silenced_by"),
    time("since"),
    time("until"),
)
sa.Index("silences_until", silences.c.org_id, silences.c.until)

delivery_attempts = sa.Table(
    "delivery_attempts",
    metadata,
    seq(),
    text("org_id"),
    text("notification_id"),
    text("target"),
    sa.Column("number", sa.Integer, nullable=False),
    text("sender"),
    time("started_at"),
    time("ended_at", nullable=True),  # None: it goes on, or its process died
    text("outcome"),
    text("detail"),
    sqlite_autoincrement=True,
)
sa.Index("delivery_attempts_of", delivery_attempts.c.org_id, delivery_attempts.c.notification_id)
sa.Index(
    "delivery_attempts_pace",
    delivery_attempts.c.org_id,
    delivery_attempts.c.target,
    delivery_attempts.c.started_at,
)

threads = sa.Table(
    "threads",
    metadata,
    text("org_id", primary_key=True),
    text("thread_key", primary_key=True),  # an incident, or a pull request
    text("target", primary_key=True),
    text("thread"),  # what the channel answered last: JSON
    time("updated_at"),
)
