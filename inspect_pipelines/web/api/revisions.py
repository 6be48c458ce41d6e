"""Revisions of schedules and triggers, and their restoration."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Path, Query
from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.queries.definitions import ScheduleDossier, TriggerDossier
from inspect_pipelines.queries.revisions import (
    DeletedDefinition,
    RevisionDossier,
    RevisionSummary,
    list_deleted,
    list_revisions,
    show_revision,
)
from inspect_pipelines.usecases.definitions.restore import restore_revision
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.deed import Deed
from inspect_pipelines.web.api.definition_verbs import definition_answer
from inspect_pipelines.web.api.route import USUAL, Answer, Asked, AskedBy, AskedOnce, Cursor, Limit, Routes

MOST = 999_999_999

Number = Annotated[int, Path(ge=1, le=MOST, description="The revision's number.")]
Cost = Annotated[bool, Query(description="Also when the forecast goes over a budget.")]
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="The ETag of the revision that you saw.", max_length=500),
]


def revisions(gate: Gate) -> Routes:
    routes = Routes(gate, "revisions")
    reads, writes = permitted(Permission.DEFINITIONS_READ), permitted(Permission.DEFINITIONS_WRITE)

    def listed(asked: Asked, kind: str, name: str, cursor: str | None, limit: int) -> Response:
        found = list_revisions(asked.house, kind, name, cursor=cursor, limit=limit)
        return asked.page(present(found, kind, name))

    def shown(asked: Asked, kind: str, name: str, number: int) -> Response:
        found = show_revision(asked.house, kind, name, number)
        return asked.answer(present(found, f"revision of a {kind}", f"{name}/{number}"))

    def restored(
        asked: Asked, kind: str, name: str, number: int, if_match: str | None, cost: bool
    ) -> Response:
        restore_revision(
            asked.house,
            kind,
            DefinitionId(name),
            number,
            if_match=if_match,
            by=asked.caller.actor,
            accept_cost=cost,
        )
        return definition_answer(asked, kind, name)

    @routes.get("/deleted-definitions", reads, Answer(DeletedDefinition, is_list=True))
    def deleted(asked: AskedBy) -> Response:
        """Schedules and triggers that were deleted, the last first; each is restored by the number of its revision."""
        return asked.list(list_deleted(asked.house))

    @routes.get("/schedules/{schedule_id}/revisions", reads, Answer(RevisionSummary, is_page=True))
    def of_schedule(
        asked: AskedBy, schedule_id: str, limit: Limit = USUAL, cursor: Cursor = None
    ) -> Response:
        """What was changed of a schedule, newest first; a deleted one's too."""
        return listed(asked, "schedule", schedule_id, cursor, limit)

    @routes.get("/schedules/{schedule_id}/revisions/{number}", reads, Answer(RevisionDossier))
    def one_of_schedule(asked: AskedBy, schedule_id: str, number: Number) -> Response:
        """One revision of a schedule, with what it was written as."""
        return shown(asked, "schedule", schedule_id, number)

    @routes.post(
        "/schedules/{schedule_id}/revisions/{number}/restore",
        writes,
        Answer(ScheduleDossier, has_etag=True),
        Deed("schedule.restore", "schedule_id"),
    )
    def restore_schedule(
        asked: AskedOnce,
        schedule_id: str,
        number: Number,
        if_match: IfMatch = None,
        accept_cost: Cost = False,
    ) -> Response:
        """Let a schedule say again what it said then, as a new revision; a deleted one is there again."""
        return restored(asked, "schedule", schedule_id, number, if_match, accept_cost)

    @routes.get("/triggers/{trigger_id}/revisions", reads, Answer(RevisionSummary, is_page=True))
    def of_trigger(asked: AskedBy, trigger_id: str, limit: Limit = USUAL, cursor: Cursor = None) -> Response:
        """What was changed of a trigger, newest first; a deleted one's too."""
        return listed(asked, "trigger", trigger_id, cursor, limit)

    @routes.get("/triggers/{trigger_id}/revisions/{number}", reads, Answer(RevisionDossier))
    def one_of_trigger(asked: AskedBy, trigger_id: str, number: Number) -> Response:
        """One revision of a trigger, with what it was written as."""
        return shown(asked, "trigger", trigger_id, number)

    @routes.post(
        "/triggers/{trigger_id}/revisions/{number}/restore",
        writes,
        Answer(TriggerDossier, has_etag=True),
        Deed("trigger.restore", "trigger_id"),
    )
    def restore_trigger(
        asked: AskedOnce,
        trigger_id: str,
        number: Number,
        if_match: IfMatch = None,
        accept_cost: Cost = False,
    ) -> Response:
        """Let a trigger say again what it said then, as a new revision; a deleted one is there again."""
        return restored(asked, "trigger", trigger_id, number, if_match, accept_cost)

    return routes
