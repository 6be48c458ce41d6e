"""Abandon incidents of a definition that is deleted: nobody would ever end them, nor the alerts that people got."""

from __future__ import annotations

from datetime import datetime

from inspect_pipelines.domain import incident as incidents
from inspect_pipelines.domain.message import MessageKind
from inspect_pipelines.domain.plan import RuleEvent
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.alerts import compose
from inspect_pipelines.usecases.alerts.alert import keep
from inspect_pipelines.usecases.alerts.compose import Scene
from inspect_pipelines.usecases.alerts.post import note_of, tell

MOST_OPEN = 10_000


def abandon(ledger: LedgerSession, definition: Definition, *, by: str, at: datetime) -> None:
    """Resolve them and tell those who had heard, in the transaction that deletes the definition."""
    for incident in ledger.incidents.latest(definition.org_id, open_only=True, limit=MOST_OPEN):
        if definition.id not in incident.definitions:
            continue
        after, says = incidents.abandoned(incident, definition.id, by=by, at=at)
        keep(ledger, after, at=at)
        run = ledger.runs.find(incident.last_run_id)
        if run is None:
            continue
        message = compose.of_incident(
            MessageKind.RESOLVED, after, Scene(run, definition, (after.resolution,))
        )
        for say in says:
            for target in say.targets:
                tell(ledger, note_of(run, RuleEvent.ON_RECOVERY, target, message, at=at))
