"""The ledger's table for rates; like those of tables.py, and made by the same migrations."""

from __future__ import annotations

import sqlalchemy as sa

from resources.ledger.tables import metadata, text

rates = sa.Table(
    "rates",  # a row for whoever asks, as long as it counts; of PostgreSQL alone, which forgets it in a crash
    metadata,
    text("key", primary_key=True),
    sa.Column("nth", sa.BigInteger, nullable=False),  # window since 1970, each as long as its rate says
    sa.Column("hits", sa.BigInteger, nullable=False),  # in that window
    sa.Column("before", sa.BigInteger, nullable=False),  # in the one before it
    sa.Column("ends_at", sa.Double, nullable=False),  # when it counts no more, seconds since 1970
)
