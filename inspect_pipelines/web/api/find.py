"""`/find`: what somebody means who types the beginning of an id, as on the command line."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.queries.baselines import find_baseline
from inspect_pipelines.queries.definition import definition_of
from inspect_pipelines.queries.events import find_event
from inspect_pipelines.queries.found import Found, FoundDefinition
from inspect_pipelines.queries.incidents import find_incident
from inspect_pipelines.queries.notifications import find_notification
from inspect_pipelines.queries.run import find_ended_run, find_run
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.route import Answer, AskedBy, Routes

FOUND = Answer(Found, may_be_unclear=True)
OrDefinition = Annotated[bool, Query(description="A definition's id means its latest run.")]
Ended = Annotated[
    bool, Query(description="Only what has ended: a definition's id means the latest such run of it.")
]


def find(gate: Gate) -> Routes:
    """An id or six characters of its beginning; several that begin so are 409, none is 404 with what is near."""
    routes = Routes(gate, "find")

    @routes.get("/find/runs/{run_id}", permitted(Permission.RUNS_READ), FOUND)
    def run(
        asked: AskedBy, run_id: str, or_definition: OrDefinition = False, ended: Ended = False
    ) -> Response:
        """The run that is meant."""
        found = (
            find_ended_run(asked.house, run_id)
            if ended
            else find_run(asked.house, run_id, or_definition=or_definition)
        )
        return asked.answer(Found(found.id))

    @routes.get("/find/baselines/{baseline_id}", permitted(Permission.PICTURES_READ), FOUND)
    def baseline(asked: AskedBy, baseline_id: str) -> Response:
        """The baseline that is meant."""
        return asked.answer(Found(find_baseline(asked.house, baseline_id)))

    @routes.get("/find/incidents/{incident_id}", permitted(Permission.INCIDENTS_READ), FOUND)
    def incident(asked: AskedBy, incident_id: str) -> Response:
        """The incident that is meant; a run means the one that it failed by."""
        return asked.answer(Found(find_incident(asked.house, incident_id).id))

    @routes.get("/find/events/{event_id}", permitted(Permission.EVENTS_READ), FOUND)
    def event(asked: AskedBy, event_id: str) -> Response:
        """The event that is meant."""
        return asked.answer(Found(find_event(asked.house, event_id).id))

    @routes.get("/find/notifications/{notification_id}", permitted(Permission.NOTIFICATIONS_READ), FOUND)
    def notification(asked: AskedBy, notification_id: str) -> Response:
        """The message that is meant."""
        return asked.answer(Found(find_notification(asked.house, notification_id).id))

    @routes.get(
        "/find/definitions/{definition_id}", permitted(Permission.DEFINITIONS_READ), Answer(FoundDefinition)
    )
    def definition(asked: AskedBy, definition_id: str) -> Response:
        """The schedule or trigger of exactly that id; none is 404 with what is near."""
        found = definition_of(asked.house, DefinitionId(definition_id))
        return asked.answer(FoundDefinition(found.id, found.kind))

    return routes
