"""Resolve the incidents of a definition that is deleted: nobody would ever end them, nor the alerts that people got."""

from __future__ import annotations

from datetime import datetime

from inspect_pipelines.domain.incident_deeds import deleted
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.alerts.gather_affair import gather_affair
from inspect_pipelines.usecases.alerts.store_consequences import store_consequences

MOST_OPEN = 10_000


def resolve_deleted(ledger: LedgerSession, definition: Definition, *, by: str, at: datetime) -> None:
    """Resolve them and tell those who had heard, in the transaction that deletes the definition."""
    for incident in ledger.incidents.latest(open_only=True, limit=MOST_OPEN):
        if definition.id in incident.definitions:
            affair = gather_affair(ledger, incident, definition, at=at)
            after = deleted(affair, definition, by=by, at=at)
            store_consequences(ledger, after, at=at)
