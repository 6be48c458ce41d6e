"""Batches: events that wait for further ones of their kind."""

from __future__ import annotations

from datetime import datetime

from inspect_pipelines.ports.house import House


def next_due(house: House) -> datetime | None:
    """When the quiet period of the next one ends, UTC; None: none is open."""
    with house.ledger.read() as ledger:
        return min((batch.due_at for batch in ledger.batches.open()), default=None)
