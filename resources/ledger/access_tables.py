"""The tables of who may do what."""

from __future__ import annotations

import sqlalchemy as sa

from resources.ledger.tables import metadata, text, time

members = sa.Table(
    "members",
    metadata,
    text("org_id", primary_key=True),
    text("login", primary_key=True),
    text("role"),
    time("added_at"),
    text("added_by"),
)

access_tokens = sa.Table(
    "access_tokens",
    metadata,
    text("org_id", primary_key=True),
    text("id", primary_key=True),
    text("name"),
    text("login"),
    text("scopes"),  # blank between
    text("sha256"),  # of the text that its owner keeps, which is nowhere here
    time("created_at"),
    text("created_by"),
    time("expires_at"),
    time("last_used_at", nullable=True),
    time("revoked_at", nullable=True),
    text("revoked_by", nullable=True),
    text("proof", nullable=True),  # of a workflow
    sa.Column("is_personal", sa.Boolean, nullable=False, server_default=sa.false()),
)
sa.Index("access_tokens_proof", access_tokens.c.org_id, access_tokens.c.proof, unique=True)
sa.Index("access_tokens_sha256", access_tokens.c.sha256, unique=True)  # a token names no organisation

kept_answers = sa.Table(
    "kept_answers",
    metadata,
    text("org_id", primary_key=True),
    text("asker", primary_key=True),
    text("key", primary_key=True),
    text("fingerprint"),
    time("begun_at"),
    sa.Column("status", sa.Integer, nullable=True),  # None: not answered yet
    text("body"),
    text("etag", nullable=True),
    text("location", nullable=True),
)
sa.Index("kept_answers_begun", kept_answers.c.org_id, kept_answers.c.begun_at)
