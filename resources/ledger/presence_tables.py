"""The ledger's tables for presences and for the code that it needs; like those of tables.py, and made by the same migrations."""

from __future__ import annotations

import sqlalchemy as sa

from resources.ledger.tables import metadata, text

presences = sa.Table(
    "presences",  # a row a part of an installation, of nobody's organisation
    metadata,
    text("host", primary_key=True),
    text("part", primary_key=True),
    text("place", primary_key=True),
    text("version"),
    text("code"),
    text("revision"),
    text("python"),
    text("dagster"),
    text("browser"),
    text("fonts"),
    text("zone"),
    sa.Column("plays", sa.Boolean, nullable=False),
    sa.Column("rows_behind", sa.BigInteger),  # of the history; NULL: another part keeps it
    sa.Column("clock_off", sa.Double, nullable=False),  # seconds before the database's clock
    sa.Column("clock_bound", sa.Double, nullable=False),  # seconds, either way
    sa.Column("told_at", sa.Double, nullable=False),  # seconds since 1970 by the database's clock
)
needs = sa.Table(
    "needs",  # one row: code that knows this revision may work here, though its own newest may be older than the ledger's
    metadata,
    text("revision", primary_key=True),
)
