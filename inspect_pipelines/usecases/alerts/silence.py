"""Silence: a person wants to be left in peace about an incident or a definition, until a certain time."""

from __future__ import annotations

from datetime import datetime

from inspect_pipelines.domain.alerting import Silence
from inspect_pipelines.domain.ids import DefinitionId, IncidentId
from inspect_pipelines.errors import Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.alerts.acknowledge import known_incident


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
        if incident_id is not None and not known_incident(ledger, incident_id).is_open:
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
            for one in ledger.silences.holding(now)
            if (one.incident_id, one.definition_id) == (incident_id, definition_id)
        ]
        if not held:
            raise Refused(f"{incident_id or definition_id!r} is not silenced; nothing was changed")
        for one in held:
            ledger.silences.end(one.silence_id, at=now, by=by)
        return held
