"""`/incidents`."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.queries.incidents import (
    IncidentDossier,
    IncidentSummary,
    incident_with,
    list_incidents,
)
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.route import USUAL, Answer, AskedBy, Cursor, Limit, Routes


def incidents(gate: Gate) -> Routes:
    routes = Routes(gate, "incidents")
    reads = permitted(Permission.INCIDENTS_READ)

    @routes.get("/incidents", reads, Answer(IncidentSummary, is_page=True))
    def list_(
        asked: AskedBy,
        state: Annotated[Literal["open", "any"], Query(description="Only open ones, or all.")] = "any",
        limit: Limit = USUAL,
        cursor: Cursor = None,
    ) -> Response:
        """What is wrong now, and was; newest first by (opened_at, id)."""
        found = list_incidents(asked.house, open_only=state == "open", cursor=cursor, limit=limit)
        return asked.page(found)

    @routes.get("/incidents/{incident_id}", reads, Answer(IncidentDossier))
    def show(asked: AskedBy, incident_id: str) -> Response:
        """An incident with its runs and messages."""
        return asked.answer(present(incident_with(asked.house, incident_id), "incident", incident_id))

    return routes
