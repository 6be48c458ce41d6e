"""`/triggers`."""

from __future__ import annotations

from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.revision import tag
from inspect_pipelines.queries.definitions import (
    TriggerDossier,
    TriggerSummary,
    list_triggers,
    trigger_with,
)
from inspect_pipelines.queries.plan_summary import PlanSummary, show_plan
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.route import Answer, AskedBy, Routes, Tagged


def triggers(gate: Gate) -> Routes:
    routes = Routes(gate, "triggers")
    reads = permitted(Permission.DEFINITIONS_READ)

    @routes.get("/triggers", reads, Answer(TriggerSummary, is_list=True))
    def list_(asked: AskedBy, tagged: Tagged = None) -> Response:
        """Every trigger, by its id, with what it asks of its event."""
        found = list_triggers(asked.house)
        return asked.list([one for one in found if tagged in (None, *one.summary.tags)])

    @routes.get("/triggers/{trigger_id}", reads, Answer(TriggerDossier, has_etag=True))
    def show(asked: AskedBy, trigger_id: str) -> Response:
        """A trigger with what came of the last events of its kind, and what it was written as; its ETag is its revision."""
        found = present(trigger_with(asked.house, trigger_id), "trigger", trigger_id)
        return asked.answer(found, etag=tag(found.summary.summary.revision))

    @routes.get("/triggers/{trigger_id}/plan", reads, Answer(PlanSummary))
    def plan(asked: AskedBy, trigger_id: str) -> Response:
        """What a trigger runs, and how."""
        return asked.answer(present(show_plan(asked.house, "trigger", trigger_id), "trigger", trigger_id))

    return routes
