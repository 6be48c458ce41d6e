"""Incidents, as commands ask for them: here by use cases and queries, there by the API."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from inspect_pipelines.cli.output import user_name
from inspect_pipelines.domain.ids import IncidentId
from inspect_pipelines.errors import NotFound, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.incidents import (
    IncidentDossier,
    IncidentSummary,
    find_incident,
    list_incidents,
    show_incident,
    subject_of,
)
from inspect_pipelines.queries.page import Page
from inspect_pipelines.usecases.alerts import silence as silencing
from inspect_pipelines.usecases.alerts.acknowledge import acknowledge
from inspect_pipelines.usecases.runs.project import project
from resources.clock import SystemClock

if TYPE_CHECKING:
    from inspect_pipelines.client.client import Client


class IncidentDesk(Protocol):
    def now(self) -> datetime:
        """The time, UTC."""

    def list(self, *, open_only: bool, cursor: str | None, limit: int) -> Page[IncidentSummary]:
        """A page, newest first."""

    def show(self, text: str) -> IncidentDossier:
        """All of the one that is meant."""

    def acknowledge(self, text: str) -> tuple[IncidentId, str]:
        """The incident that somebody looks after now, and who that is."""

    def silence(self, subject: str, *, until: datetime, reason: str) -> str:
        """Keep people in peace about an incident or a definition; which one it was."""

    def end_silence(self, subject: str) -> str:
        """End that at once; which one it was."""


class IncidentsHere(IncidentDesk):
    """Of a house."""

    def __init__(self, house: House) -> None:
        self._house, self._by = house, f"user:{user_name()}"

    def now(self) -> datetime:
        return self._house.clock.now()

    def list(self, *, open_only: bool, cursor: str | None, limit: int) -> Page[IncidentSummary]:
        return list_incidents(self._house, open_only=open_only, cursor=cursor, limit=limit)

    def show(self, text: str) -> IncidentDossier:
        return show_incident(self._house, text)

    def acknowledge(self, text: str) -> tuple[IncidentId, str]:
        incident = acknowledge(self._house, find_incident(self._house, text).id, by=self._by)
        project(self._house)
        return incident.id, user_name()

    def silence(self, subject: str, *, until: datetime, reason: str) -> str:
        incident_id, definition_id = subject_of(self._house, subject)
        silencing.silence(
            self._house,
            incident_id=incident_id,
            definition_id=definition_id,
            until=until,
            by=self._by,
            reason=reason,
        )
        return str(incident_id or definition_id)

    def end_silence(self, subject: str) -> str:
        incident_id, definition_id = subject_of(self._house, subject)
        silencing.end_silences(self._house, incident_id=incident_id, definition_id=definition_id, by=self._by)
        return str(incident_id or definition_id)


class IncidentsThere(IncidentDesk):
    """Of a server."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def now(self) -> datetime:
        return SystemClock().now()

    def list(self, *, open_only: bool, cursor: str | None, limit: int) -> Page[IncidentSummary]:
        from inspect_pipelines.cli.desks.paging import gathered

        return gathered(self._client.incidents.list(state="open" if open_only else "any"), cursor, limit)

    def show(self, text: str) -> IncidentDossier:
        return self._client.incidents.show(self._client.find.incident(text).id)

    def acknowledge(self, text: str) -> tuple[IncidentId, str]:
        found = self._client.incidents.ack(self._client.find.incident(text).id).summary.incident
        return found.id, found.acknowledged_by.removeprefix("user:")

    def silence(self, subject: str, *, until: datetime, reason: str) -> str:
        incident = self._incident(subject)
        self._client.incidents.keep_silent(incident, until=until, reason=reason or "no reason given")
        return incident

    def end_silence(self, subject: str) -> str:
        raise UsageError(
            f"the silence of {subject!r} cannot be ended through a server yet; do it on its machine, or let it end"
        )

    def _incident(self, subject: str) -> str:
        try:
            return self._client.find.incident(subject).id
        except NotFound as error:
            try:
                self._client.find.definition(subject)
            except NotFound:
                raise error from None
        raise UsageError(
            f"definition {subject!r} cannot be silenced through a server yet; silence its incident, pause it, or do it on "
            "the server's machine"
        )
