"""The journal's numbers belong to a ledger: a history can tell whose facts it holds, and what it never saw."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.ledger.tables import CleanText

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# A backup from before this migration gets the epoch that its original got: that of its first run.
EPOCH = {
    "sqlite": "COALESCE((SELECT min(id) FROM runs), lower(hex(randomblob(16))))",
    "postgresql": "COALESCE((SELECT min(id) FROM runs), replace(gen_random_uuid()::text, '-', ''))",
}
LAST_GIVEN = {
    "sqlite": "(SELECT seq FROM sqlite_sequence WHERE name = 'journal')",
    "postgresql": "pg_sequence_last_value(pg_get_serial_sequence('journal', 'seq')::regclass)",
}


def upgrade() -> None:
    """Add them; their meaning is told in resources/ledger/journal_tables.py."""
    op.create_table(
        "journal_numbers",
        sa.Column("epoch", CleanText, primary_key=True),
        sa.Column("pruned_seq", sa.BigInteger, nullable=False),
    )
    dialect = op.get_bind().dialect.name
    op.execute(
        f"INSERT INTO journal_numbers SELECT {EPOCH[dialect]}, "  # noqa: S608 - our own words
        f"COALESCE((SELECT min(seq) - 1 FROM journal), {LAST_GIVEN[dialect]}, 0)"
    )
