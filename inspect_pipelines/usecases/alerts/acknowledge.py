"""Acknowledge: a person takes an incident on."""

from __future__ import annotations

from inspect_pipelines.domain import incident_deeds
from inspect_pipelines.domain.ids import IncidentId
from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.alerts.gather_affair import gather_affair
from inspect_pipelines.usecases.alerts.store_consequences import store_consequences


def acknowledge(house: House, incident_id: IncidentId, *, by: str) -> Incident:
    """Say that somebody looks after it: no more reminders; its recovery is told all the same.

    Raises:
        NotFound: There is no such incident.
        Refused: It is over.
    """
    now = house.clock.now()
    with house.ledger.write() as ledger:
        affair = gather_affair(ledger, known_incident(ledger, incident_id), at=now)
        after = incident_deeds.acknowledged(affair, house.kinds, by=by, at=now)
        store_consequences(ledger, after, at=now)
        return after.incidents[0]


def known_incident(ledger: LedgerSession, incident_id: IncidentId) -> Incident:
    """The incident of that id.

    Raises:
        NotFound: There is none.
    """
    incident = ledger.incidents.find(incident_id)
    if incident is None:
        raise NotFound(
            f"incident {incident_id!r} does not exist; list them with: inspect-pipelines incidents list"
        )
    return incident
