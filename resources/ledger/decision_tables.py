"""The tables of people's words about pictures."""

from __future__ import annotations

import sqlalchemy as sa

from resources.ledger.tables import CleanText, metadata, text, time

view_decisions = sa.Table(
    "view_decisions",
    metadata,
    text("org_id", primary_key=True),
    text("id", primary_key=True),
    text("set_name"),
    text("view"),
    text("kind"),
    text("old_sha256", nullable=True),  # None: there was no picture on that side
    text("new_sha256", nullable=True),
    text("fingerprint"),
    text("run_id"),
    text("decided_by"),
    time("decided_at"),
    text("note"),
    text("owner"),
    time("until", nullable=True),
    text("baseline_id", nullable=True),  # that it made
    time("withdrawn_at", nullable=True),
    text("withdrawn_by"),
    text("via"),
    sa.Column("is_proposal", sa.Boolean, nullable=False),
)
sa.Index("view_decisions_view", view_decisions.c.org_id, view_decisions.c.set_name, view_decisions.c.view)
sa.Index("view_decisions_run", view_decisions.c.org_id, view_decisions.c.run_id)

followed_decisions = sa.Table(
    "followed_decisions",
    metadata,
    text("org_id", primary_key=True),
    text("decision_id", primary_key=True),
    text("run_id", primary_key=True),
)

review_queue = sa.Table(
    "review_queue",
    metadata,
    text("org_id", primary_key=True),
    text("run_id", primary_key=True),
    text("definition_id"),
    text("set_name"),
    text("context"),
    time("opened_at"),
    text("state"),
    text("superseded_by", nullable=True),
    sa.Column("environment", CleanText, nullable=False, server_default=""),
)
sa.Index("review_queue_newest", review_queue.c.org_id, review_queue.c.state, review_queue.c.opened_at)
sa.Index("review_queue_same", review_queue.c.org_id, review_queue.c.definition_id, review_queue.c.context)

accepted_environments = sa.Table(
    "accepted_environments",
    metadata,
    text("org_id", primary_key=True),
    text("change", primary_key=True),
    text("accepted_by"),
    time("accepted_at"),
    text("note"),
)
