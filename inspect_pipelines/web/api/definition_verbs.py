"""Create, replace, delete and switch schedules and triggers; what a file owns takes the switch only."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, Header, Query
from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.revision import tag
from inspect_pipelines.queries.definitions import (
    ScheduleDossier,
    TriggerDossier,
    show_schedule,
    trigger_with,
)
from inspect_pipelines.queries.revisions import RevisionSummary, revision_summary
from inspect_pipelines.usecases.definitions.create import create_definition
from inspect_pipelines.usecases.definitions.delete import delete_definition
from inspect_pipelines.usecases.definitions.replace import replace_definition
from inspect_pipelines.usecases.definitions.switch import switch_definition
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.deed import Deed
from inspect_pipelines.web.api.route import Answer, Asked, AskedOnce, Routes

Entry = Annotated[dict[str, Any], Body(description="An entry of schedules.yaml, in JSON.")]
Cost = Annotated[bool, Query(description="Also when the forecast goes over a budget.")]
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="The ETag of the revision that you saw.", max_length=500),
]
Confirmed = Annotated[
    str | None, Query(description="The definition's id once more; without it nothing is deleted.")
]


def definition_verbs(gate: Gate) -> Routes:
    routes = Routes(gate, "definitions")
    writes, switches = permitted(Permission.DEFINITIONS_WRITE), permitted(Permission.DEFINITIONS_PAUSE)
    schedule, trigger = (Answer(one, has_etag=True) for one in (ScheduleDossier, TriggerDossier))
    new_schedule, new_trigger = (
        Answer(one, status=201, has_etag=True) for one in (ScheduleDossier, TriggerDossier)
    )

    def created(asked: Asked, kind: str, entry: dict[str, Any], cost: bool) -> Response:
        by = asked.caller.actor
        made = create_definition(asked.house, kind, entry, by=by, accept_cost=cost)
        answer = definition_answer(asked, kind, made.definition_id, status=201)
        answer.headers["Location"] = f"{asked.request.url.path}/{made.definition_id}"
        return answer

    def replaced(
        asked: Asked, kind: str, name: str, entry: dict[str, Any], if_match: str | None, cost: bool
    ) -> Response:
        by = asked.caller.actor
        replace_definition(
            asked.house, kind, DefinitionId(name), entry, if_match=if_match, by=by, accept_cost=cost
        )
        return definition_answer(asked, kind, name)

    def deleted(asked: Asked, kind: str, name: str, confirm: str | None, if_match: str | None) -> Response:
        by = asked.caller.actor
        gone = delete_definition(
            asked.house, kind, DefinitionId(name), confirmed=confirm, if_match=if_match, by=by
        )
        return asked.answer(revision_summary(gone))

    def switched(asked: Asked, kind: str, name: str, enabled: bool) -> Response:
        switch_definition(asked.house, kind, DefinitionId(name), enabled=enabled, by=asked.caller.actor)
        return definition_answer(asked, kind, name)

    @routes.post("/schedules", writes, new_schedule, Deed("schedule.create", "", takes="schedule"))
    def create_schedule(asked: AskedOnce, entry: Entry, accept_cost: Cost = False) -> Response:
        """Make a schedule that no file knows; Dagster has it within seconds."""
        return created(asked, "schedule", entry, accept_cost)

    @routes.put(
        "/schedules/{schedule_id}",
        writes,
        schedule,
        Deed("schedule.replace", "schedule_id", takes="schedule"),
    )
    def replace_schedule(
        asked: AskedOnce,
        schedule_id: str,
        entry: Entry,
        if_match: IfMatch = None,
        accept_cost: Cost = False,
    ) -> Response:
        """Say all of a schedule anew; asks for `If-Match`. What a file owns is refused, and told where it stands."""
        return replaced(asked, "schedule", schedule_id, entry, if_match, accept_cost)

    @routes.delete(
        "/schedules/{schedule_id}",
        writes,
        Answer(RevisionSummary),
        Deed("schedule.delete", "schedule_id"),
    )
    def delete_schedule(
        asked: AskedOnce, schedule_id: str, confirm: Confirmed = None, if_match: IfMatch = None
    ) -> Response:
        """Delete a schedule; its runs and revisions stay, and any of these restores it."""
        return deleted(asked, "schedule", schedule_id, confirm, if_match)

    @routes.post(
        "/schedules/{schedule_id}/enable", switches, schedule, Deed("schedule.enable", "schedule_id")
    )
    def enable_schedule(asked: AskedOnce, schedule_id: str) -> Response:
        """Switch a schedule on; nothing that was due before fires late."""
        return switched(asked, "schedule", schedule_id, True)

    @routes.post(
        "/schedules/{schedule_id}/disable", switches, schedule, Deed("schedule.disable", "schedule_id")
    )
    def disable_schedule(asked: AskedOnce, schedule_id: str) -> Response:
        """Switch a schedule off for good; a file's stays so until the file says something new of `enabled`."""
        return switched(asked, "schedule", schedule_id, False)

    @routes.post("/triggers", writes, new_trigger, Deed("trigger.create", "", takes="trigger"))
    def create_trigger(asked: AskedOnce, entry: Entry, accept_cost: Cost = False) -> Response:
        """Make a trigger that no file knows; it answers the next event."""
        return created(asked, "trigger", entry, accept_cost)

    @routes.put(
        "/triggers/{trigger_id}", writes, trigger, Deed("trigger.replace", "trigger_id", takes="trigger")
    )
    def replace_trigger(
        asked: AskedOnce,
        trigger_id: str,
        entry: Entry,
        if_match: IfMatch = None,
        accept_cost: Cost = False,
    ) -> Response:
        """Say all of a trigger anew; asks for `If-Match`. What a file owns is refused, and told where it stands."""
        return replaced(asked, "trigger", trigger_id, entry, if_match, accept_cost)

    @routes.delete(
        "/triggers/{trigger_id}", writes, Answer(RevisionSummary), Deed("trigger.delete", "trigger_id")
    )
    def delete_trigger(
        asked: AskedOnce, trigger_id: str, confirm: Confirmed = None, if_match: IfMatch = None
    ) -> Response:
        """Delete a trigger; its runs and revisions stay, and any of these restores it."""
        return deleted(asked, "trigger", trigger_id, confirm, if_match)

    @routes.post("/triggers/{trigger_id}/enable", switches, trigger, Deed("trigger.enable", "trigger_id"))
    def enable_trigger(asked: AskedOnce, trigger_id: str) -> Response:
        """Switch a trigger on."""
        return switched(asked, "trigger", trigger_id, True)

    @routes.post("/triggers/{trigger_id}/disable", switches, trigger, Deed("trigger.disable", "trigger_id"))
    def disable_trigger(asked: AskedOnce, trigger_id: str) -> Response:
        """Switch a trigger off for good; a file's stays so until the file says something new of `enabled`."""
        return switched(asked, "trigger", trigger_id, False)

    return routes


def definition_answer(asked: Asked, kind: str, name: str, *, status: int = 200) -> Response:
    """A definition as it is now, as GET shows it."""
    if kind == "schedule":
        schedule = present(show_schedule(asked.house, name), kind, name)
        return asked.answer(schedule, status=status, etag=tag(schedule.summary.summary.revision))
    trigger = present(trigger_with(asked.house, name), kind, name)
    return asked.answer(trigger, status=status, etag=tag(trigger.summary.summary.revision))
