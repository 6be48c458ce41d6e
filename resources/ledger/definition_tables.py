"""The tables round definitions: how each stands, what changed, and what they may name."""

from __future__ import annotations

import sqlalchemy as sa

from resources.ledger.tables import metadata, text, time

definition_standings = sa.Table(
    "definition_standings",
    metadata,
    text("org_id", primary_key=True),
    text("definition_id", primary_key=True),
    text("managed_by"),
    text("standing"),  # the whole domain value; none: applied before there were revisions
)

definition_revisions = sa.Table(
    "definition_revisions",
    metadata,
    text("org_id", primary_key=True),
    text("definition_id", primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    text("kind"),
    text("revised_by"),
    time("revised_at"),
    text("revision"),  # the whole domain value
)

libraries = sa.Table(
    "libraries",
    metadata,
    text("org_id", primary_key=True),
    text("library"),
)
