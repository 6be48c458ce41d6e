"""What the journal's numbers mean; its rows stand with the other tables in tables.py."""

from __future__ import annotations

import sqlalchemy as sa

from resources.ledger.tables import metadata, text

journal_numbers = sa.Table(
    "journal_numbers",  # one row
    metadata,
    text("epoch", primary_key=True),  # of this ledger; another one, made anew, has another
    sa.Column("pruned_seq", sa.BigInteger, nullable=False),  # rows up to it may be gone
)
