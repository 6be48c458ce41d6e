"""Incidents: what is wrong now and was, whom it was told, and who looks after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.routing import BaseRoute

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.ids import IncidentId
from inspect_pipelines.errors import UsageError
from inspect_pipelines.queries.definitions import definition_names
from inspect_pipelines.queries.incidents import IncidentDossier, incident_with, list_incidents
from inspect_pipelines.queries.runs import runs_of_ids
from inspect_pipelines.usecases.alerts.acknowledge import acknowledge
from inspect_pipelines.usecases.alerts.silence import end_silences, silence
from inspect_pipelines.web.access.declaration import is_for, permitted
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.console.forms import Fields, form
from inspect_pipelines.web.console.shell import Seen, Shell

TABS = {"open": "Open", "any": "All"}
TONES = {"open": "bad", "acknowledged": "look", "flapping": "look", "known": "neutral", "resolved": "good"}
LENGTHS = {"1": "1 hour", "8": "8 hours", "24": "1 day", "72": "3 days", "168": "1 week"}  # by their hours


def incidents(shell: Shell) -> Iterator[BaseRoute]:
    """`/incidents`, `/incidents/{incident_id}` and what is done there."""
    router, reads = APIRouter(), permitted(Permission.INCIDENTS_READ)

    @router.get("/incidents", response_class=HTMLResponse)
    @is_for(reads)
    def listed(
        request: Request,
        state: Annotated[str, Query(max_length=20)] = "open",
        cursor: Annotated[str | None, Query(max_length=500)] = None,
    ) -> HTMLResponse:
        seen = shell.see(request)
        chosen = state if state in TABS else "open"
        found = list_incidents(seen.house, open_only=chosen == "open", cursor=cursor)
        return shell.listing(seen, "incidents.html.j2", found, tabs=TABS, chosen=chosen, tones=TONES)

    @router.get("/incidents/{incident_id}", response_class=HTMLResponse)
    @is_for(reads)
    def one(incident_id: str, request: Request) -> HTMLResponse:
        seen, dossier = _found(shell.see(request), incident_id)
        return shell.page(
            seen,
            "incident.html.j2",
            incident=dossier.summary.incident,
            summary=dossier.summary,
            runs=runs_of_ids(seen.house, dossier.run_ids),
            messages=dossier.notifications,
            names=definition_names(seen.house),
            tones=TONES,
            lengths=LENGTHS,
        )

    yield from router.routes
    writes, place = permitted(Permission.INCIDENTS_WRITE), "/incidents/{incident_id}"
    yield form(shell, f"{place}/ack", writes, "incident.ack", _acknowledge)
    yield form(shell, f"{place}/silence", writes, "incident.silence", _silence)
    yield form(shell, f"{place}/unsilence", writes, "incident.unsilence", _end_silence)


def _acknowledge(seen: Seen, fields: Fields) -> str:
    seen, name = _meant(seen)
    acknowledge(seen.house, name, by=seen.caller.actor)
    return seen.link(f"/incidents/{name}")


def _silence(seen: Seen, fields: Fields) -> str:
    seen, name = _meant(seen)
    hours, reason = fields.one("hours"), fields.one("reason").strip()
    if hours not in LENGTHS:
        raise UsageError(f"nobody is left in peace for {hours[:20]!r} hours; choose of: {', '.join(LENGTHS)}")
    if not 0 < len(reason) <= 500:
        raise UsageError("a silence says why, in 1 to 500 characters: others will wonder")
    until = seen.house.clock.now() + timedelta(hours=int(hours))
    silence(seen.house, incident_id=name, until=until, by=seen.caller.actor, reason=reason)
    return seen.link(f"/incidents/{name}")


def _end_silence(seen: Seen, fields: Fields) -> str:
    seen, name = _meant(seen)
    end_silences(seen.house, incident_id=name, by=seen.caller.actor)
    return seen.link(f"/incidents/{name}")


def _meant(seen: Seen) -> tuple[Seen, IncidentId]:
    name = seen.request.path_params["incident_id"]
    return seen, present(incident_with(seen.house, name), "incident", name).summary.incident.id


def _found(seen: Seen, name: str) -> tuple[Seen, IncidentDossier]:
    return present(seen.find(lambda house: incident_with(house, name)), "incident", name)
