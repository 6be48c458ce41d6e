"""Quieten: a person takes an incident on, or wants to be left in peace until a certain time."""

from __future__ import annotations

from datetime import datetime

from inspect_pipelines.domain import incident as incidents
from inspect_pipelines.domain.alerting import Silence
from inspect_pipelines.domain.ids import DefinitionId, IncidentId
from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.domain.message import MessageKind
from inspect_pipelines.domain.plan import RuleEvent
from inspect_pipelines.errors import NotFound, Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.alerts import compose
from inspect_pipelines.usecases.alerts.alert import keep
from inspect_pipelines.usecases.alerts.compose import Scene
from inspect_pipelines.usecases.alerts.post import note_of

SHOWING_WHO = ("pagerduty", "slack")  # kinds of targets whose alert or thread says that somebody took it on


def acknowledge(house: House, incident_id: IncidentId, *, by: str) -> Incident:
    """Say that somebody looks after it: no more reminders; its recovery is told all the same.

    Raises:
        NotFound: There is no such incident.
        Refused: It is over.
    """
    now = house.clock.now()
    with house.ledger.write() as ledger:
        incident = incidents.acknowledged(_known(ledger, incident_id), by=by, at=now)
        keep(ledger, incident, at=now)
        _tell(ledger, incident, now)
        return incident


def silence(
    house: House,
    *,
    incident_id: IncidentId | None = None,
    definition_id: DefinitionId | None = None,
    until: datetime,
    by: str,
    reason: str,
) -> Silence:
    """Tell nobody of an incident, or of anything about a definition, until then.

    Raises:
        NotFound: There is no such incident.
        Refused: The incident is over, or the time is.
    """
    now = house.clock.now()
    if until <= now:
        raise Refused(
            f"a silence until {until:%Y-%m-%d %H:%M} UTC would be over already; name a time after now"
        )
    with house.ledger.write() as ledger:
        if incident_id is not None and not _known(ledger, incident_id).is_open:
            raise Refused(
                f"incident {incident_id!r} is resolved, so there is nothing to silence; name its definition"
            )
        wanted = Silence(
            house.clock.new_id(), house.org_id, reason, by, now, until, incident_id, definition_id
        )
        ledger.silences.add(wanted)
        return wanted


def end_silences(
    house: House,
    *,
    incident_id: IncidentId | None = None,
    definition_id: DefinitionId | None = None,
    by: str,
) -> list[Silence]:
    """End the silences of exactly this; returns those that held.

    Raises:
        Refused: None does.
    """
    now = house.clock.now()
    with house.ledger.write() as ledger:
        held = [
            one
            for one in ledger.silences.holding(house.org_id, now)
            if (one.incident_id, one.definition_id) == (incident_id, definition_id)
        ]
        if not held:
            raise Refused(f"{incident_id or definition_id!r} is not silenced; nothing was changed")
        for one in held:
            ledger.silences.end(house.org_id, one.silence_id, at=now, by=by)
        return held


def _tell(ledger: LedgerSession, incident: Incident, now: datetime) -> None:
    """Those places learn of it that show who is on it; a mail about it would be one more mail."""
    run = ledger.runs.find(incident.last_run_id)
    if run is None:
        return
    definition = ledger.definitions.find(run.org_id, run.definition_id)
    scene = Scene(run, definition, (incident.sentence,))
    message = compose.of_incident(MessageKind.ACKNOWLEDGED, incident, scene)
    for target in incident.told:
        if target.partition(":")[0] in SHOWING_WHO:
            ledger.outbox.store(
                note_of(run, RuleEvent.ON_FAILURE, target, message, occasion=incident.acknowledged_by, at=now)
            )


def _known(ledger: LedgerSession, incident_id: IncidentId) -> Incident:
    incident = ledger.incidents.find(incident_id)
    if incident is None:
        raise NotFound(
            f"incident {incident_id!r} does not exist; list them with: inspect-pipelines incidents list"
        )
    return incident
