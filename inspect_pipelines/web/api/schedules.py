"""`/schedules`."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.revision import tag
from inspect_pipelines.queries.definitions import (
    ScheduleDossier,
    ScheduleSummary,
    list_schedules,
    schedule_with,
    show_schedule,
)
from inspect_pipelines.queries.plan_summary import PlanSummary, show_plan
from inspect_pipelines.queries.upcoming import Upcoming, list_upcoming
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.route import Answer, AskedBy, Routes, Tagged


def schedules(gate: Gate) -> Routes:
    routes = Routes(gate, "schedules")
    reads = permitted(Permission.DEFINITIONS_READ)

    @routes.get("/schedules", reads, Answer(ScheduleSummary, is_list=True))
    def list_(asked: AskedBy, tagged: Tagged = None) -> Response:
        """Every schedule, by its id, with its next time and how it ended last."""
        found = list_schedules(asked.house)
        return asked.list([one for one in found if tagged in (None, *one.summary.tags)])

    @routes.get("/schedules/{schedule_id}", reads, Answer(ScheduleDossier, has_etag=True))
    def show(asked: AskedBy, schedule_id: str) -> Response:
        """A schedule with its last ten runs, and what it was written as; its ETag is its revision."""
        found = present(show_schedule(asked.house, schedule_id), "schedule", schedule_id)
        return asked.answer(found, etag=tag(found.summary.summary.revision))

    @routes.get("/schedules/{schedule_id}/plan", reads, Answer(PlanSummary))
    def plan(asked: AskedBy, schedule_id: str) -> Response:
        """What a schedule runs, and how."""
        return asked.answer(present(show_plan(asked.house, "schedule", schedule_id), "schedule", schedule_id))

    @routes.get("/schedules/{schedule_id}/upcoming", reads, Answer(Upcoming, is_list=True))
    def upcoming(
        asked: AskedBy,
        schedule_id: str,
        count: Annotated[int, Query(ge=1, le=100, description="How many times.")] = 10,
    ) -> Response:
        """A schedule's next times, each with what will keep it from running; none while it is switched off."""
        known = present(schedule_with(asked.house, schedule_id), "schedule", schedule_id)
        return asked.list(list_upcoming(asked.house, count, DefinitionId(known.summary.id)))

    @routes.get("/upcoming", reads, Answer(Upcoming, is_list=True))
    def upcoming_of_all(
        asked: AskedBy,
        count: Annotated[int, Query(ge=1, le=1000, description="How many times.")] = 10,
        definition_id: Annotated[
            str | None, Query(description="Only this one's; a trigger has none.")
        ] = None,
    ) -> Response:
        """The next times of all schedules that are switched on, in order, each with what will keep it from running."""
        wanted = DefinitionId(definition_id) if definition_id is not None else None
        return asked.list(list_upcoming(asked.house, count, wanted))

    return routes
