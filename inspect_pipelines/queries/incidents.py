"""Incidents: what is wrong now or was, and the one that a person means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from inspect_pipelines.domain.alerting import Silence
from inspect_pipelines.domain.ids import DefinitionId, IncidentId, RunId
from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.spelling import nearest
from inspect_pipelines.errors import NotFound, Refused, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries import beginning
from inspect_pipelines.queries.json_shape import FLAT
from inspect_pipelines.queries.notifications import NotificationSummary, note_of
from inspect_pipelines.queries.page import Page, page_of, position_of

NEAR = 200  # the newest ones are those that somebody may have meant


@dataclass(frozen=True, slots=True)
class IncidentSummary:
    incident: Incident = field(metadata=FLAT)
    state: str
    silences: tuple[Silence, ...]  # that keep people from being told of it now, oldest first
    silenced_until: datetime | None  # UTC; None: it is not

    @property
    def is_silenced(self) -> bool:
        return self.incident.is_open and bool(self.silences)


@dataclass(frozen=True, slots=True)
class IncidentDossier:
    summary: IncidentSummary = field(metadata=FLAT)
    run_ids: tuple[RunId, ...]  # newest first
    notifications: tuple[NotificationSummary, ...]  # oldest first


def list_incidents(
    house: House, *, open_only: bool = False, cursor: str | None = None, limit: int = 50
) -> Page[IncidentSummary]:
    """A page of incidents, newest first by (opened_at, id)."""
    before = position_of(cursor)
    with house.ledger.read() as ledger:
        found = ledger.incidents.latest(open_only=open_only, before=before, limit=limit + 1)
        silences = ledger.silences.holding(house.clock.now())
    page = page_of(found, limit, lambda incident: Position(incident.opened_at, incident.id))
    return page.of(lambda incident: _summary(incident, silences))


def show_incident(house: House, text: str) -> IncidentDossier:
    """Everything about the incident that is meant; raises as `find_incident`."""
    return _dossier(house, find_incident(house, text))


def incident_with(house: House, incident_id: str) -> IncidentDossier | None:
    """Everything about the incident of exactly that id."""
    with house.ledger.read() as ledger:
        incident = ledger.incidents.find(IncidentId(incident_id))
    return _dossier(house, incident) if incident else None


def subject_of(house: House, text: str) -> tuple[IncidentId | None, DefinitionId | None]:
    """What a silence is to be about: a definition of that id, else the incident that is meant."""
    with house.ledger.read() as ledger:
        if ledger.definitions.find(DefinitionId(text)):
            return None, DefinitionId(text)
    return find_incident(house, text).id, None


def find_incident(house: House, text: str) -> Incident:
    """The incident with that id, the only one whose id begins so, or the one that a run failed by.

    Raises:
        NotFound: Nothing matches.
        Refused: Several incidents begin so.
        UsageError: The beginning is too short.
    """
    typed = text.strip().lower()
    with house.ledger.read() as ledger:
        if found := ledger.incidents.find(IncidentId(typed)):
            return found
        of_run = ledger.incidents.of_run(RunId(typed))
        if len(of_run) == 1:
            return of_run[0]
        begun = ledger.incidents.with_prefix(typed) if beginning.OF_AN_ID.match(typed) else []
        known = [one.id[: len(typed)] for one in ledger.incidents.latest(limit=NEAR)] if not begun else []
    if begun and len(typed) < beginning.SHORTEST:
        raise UsageError(
            f"incident {text!r} is too short to mean one: type at least {beginning.SHORTEST} characters of its id"
        )
    if not begun:
        raise NotFound(
            f"incident {text!r} does not exist{nearest(typed, known)}; list them with: inspect-pipelines incidents list --all"
        )
    if len(begun) > 1:
        some = ", ".join(f"{one.id} ({', '.join(one.definitions)})" for one in begun[: beginning.SHOWN])
        raise Refused(f"incident {text!r} is not clear: several begin so ({some}); type more of the id")
    return begun[0]


def _dossier(house: House, incident: Incident) -> IncidentDossier:
    with house.ledger.read() as ledger:
        return IncidentDossier(
            _summary(incident, ledger.silences.holding(house.clock.now())),
            tuple(ledger.incidents.runs_of(incident.id)),
            tuple(note_of(one) for one in ledger.outbox.of_incident(incident.id)),
        )


def _summary(incident: Incident, silences: Sequence[Silence]) -> IncidentSummary:
    own = [
        one
        for one in silences
        if one.incident_id == incident.id or (one.definition_id and one.definition_id in incident.definitions)
    ]
    until = max((one.until for one in own), default=None)
    return IncidentSummary(incident, incident.state, tuple(own), until)
