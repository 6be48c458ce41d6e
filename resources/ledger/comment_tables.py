"""The tables of comments on views, and of whose word about a run is asked for."""

from __future__ import annotations

import sqlalchemy as sa

from resources.ledger.tables import metadata, text, time

view_comments = sa.Table(
    "view_comments",
    metadata,
    text("org_id", primary_key=True),
    text("id", primary_key=True),
    text("set_name"),
    text("view"),
    text("run_id"),  # on whose picture it was pinned
    sa.Column("x", sa.Integer, nullable=False),  # px of that picture
    sa.Column("y", sa.Integer, nullable=False),
    text("text"),
    text("said_by"),
    time("said_at"),
    text("via"),
    time("resolved_at", nullable=True),
    text("resolved_by"),
)
sa.Index("view_comments_set", view_comments.c.org_id, view_comments.c.set_name, view_comments.c.resolved_at)
sa.Index("view_comments_run", view_comments.c.org_id, view_comments.c.run_id)

review_requests = sa.Table(
    "review_requests",
    metadata,
    text("org_id", primary_key=True),
    text("run_id", primary_key=True),
    text("login", primary_key=True),
    text("asked_by"),
    time("asked_at"),
)
sa.Index("review_requests_login", review_requests.c.org_id, review_requests.c.login)
