"""Resolve quiet incidents: flapping ones that have stayed away for a whole flap window, although no further run says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from inspect_pipelines.domain.ids import IncidentId
from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.domain.incident_deeds import stayed_away
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.alerts.gather_affair import gather_affair
from inspect_pipelines.usecases.alerts.store_consequences import store_consequences


def resolve_quiet(house: House) -> list[Incident]:
    """Resolve them and store their messages; returns those that this call resolved."""
    with house.ledger.read() as ledger:
        quiet = [one.id for one in ledger.incidents.latest(open_only=True, limit=1000) if one.quiet_since]
    resolved: list[Incident] = []
    for incident_id in quiet:
        now = house.clock.now()
        with house.ledger.write() as ledger:
            resolved += _resolved(ledger, incident_id, now)
    return resolved


def _resolved(ledger: LedgerSession, incident_id: IncidentId, now: datetime) -> tuple[Incident, ...]:
    incident = ledger.incidents.find(incident_id)
    if incident is None or incident.quiet_since is None:
        return ()  # a run has failed since we looked
    organization = ledger.organizations.find()
    affair = replace(gather_affair(ledger, incident, at=now), public_url=organization.public_url)
    after = stayed_away(affair, organization.alerts, at=now)
    if after is None:
        return ()
    store_consequences(ledger, after, at=now)
    return after.incidents
