"""Alembic's entry: it runs inside the transaction that resources/ledger/schema.py holds."""

from __future__ import annotations

from alembic import context

from resources.ledger.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
