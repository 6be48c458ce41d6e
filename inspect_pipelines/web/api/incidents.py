"""`/incidents`."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.alerting import Silence
from inspect_pipelines.queries.incidents import (
    IncidentDossier,
    IncidentSummary,
    incident_with,
    list_incidents,
)
from inspect_pipelines.usecases.alerts.acknowledge import acknowledge
from inspect_pipelines.usecases.alerts.silence import silence
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.deed import Deed
from inspect_pipelines.web.api.route import USUAL, Answer, AskedBy, AskedOnce, Cursor, Limit, Routes
from inspect_pipelines.web.api.wishes import SilenceWish, to_come


def incidents(gate: Gate) -> Routes:
    routes = Routes(gate, "incidents")
    reads, writes = permitted(Permission.INCIDENTS_READ), permitted(Permission.INCIDENTS_WRITE)

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

    @routes.post(
        "/incidents/{incident_id}/ack", writes, Answer(IncidentDossier), Deed("incident.ack", "incident_id")
    )
    def ack(asked: AskedOnce, incident_id: str) -> Response:
        """Say that you look after it: no more reminders; its recovery is told all the same."""
        found = present(incident_with(asked.house, incident_id), "incident", incident_id)
        acknowledge(asked.house, found.summary.incident.id, by=asked.caller.actor)
        return asked.answer(present(incident_with(asked.house, incident_id), "incident", incident_id))

    @routes.post(
        "/incidents/{incident_id}/silence", writes, Answer(Silence), Deed("incident.silence", "incident_id")
    )
    def keep_silent(asked: AskedOnce, incident_id: str, wish: SilenceWish) -> Response:
        """Tell nobody of it until then."""
        found = present(incident_with(asked.house, incident_id), "incident", incident_id)
        until = to_come(wish.until, now=asked.house.clock.now())
        assert until is not None  # the wish has one
        silenced = silence(
            asked.house,
            incident_id=found.summary.incident.id,
            until=until,
            by=asked.caller.actor,
            reason=wish.reason,
        )
        return asked.answer(silenced)

    return routes
