"""The tables of how people sign in."""

from __future__ import annotations

import sqlalchemy as sa

from resources.ledger.tables import metadata, text, time

passwords = sa.Table(
    "passwords",
    metadata,
    text("org_id", primary_key=True),
    text("login", primary_key=True),
    text("hashed"),  # Argon2id, with its salt and costs
    time("set_at"),
    text("set_by"),
)

identities = sa.Table(
    "identities",
    metadata,
    text("org_id", primary_key=True),
    text("issuer", primary_key=True),  # `mailto:` for an invitation, whose subject is the address
    text("subject", primary_key=True),
    text("login"),
    time("since_at"),
)

sign_ins = sa.Table(
    "sign_ins",
    metadata,
    text("org_id", primary_key=True),
    text("id", primary_key=True),
    text("login"),
    text("sha256"),  # of the text that the browser keeps, which is nowhere here
    text("how"),
    text("agent"),
    time("begun_at"),
    time("seen_at"),
    time("ended_at", nullable=True),
    text("ended_by", nullable=True),
)
sa.Index("sign_ins_sha256", sign_ins.c.sha256, unique=True)  # a browser names no organisation
sa.Index("sign_ins_login", sign_ins.c.org_id, sign_ins.c.login, sign_ins.c.begun_at)
