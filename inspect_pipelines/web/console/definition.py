"""A schedule or trigger: what it is, when it runs, how it ran, and what was changed of it by whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.routing import BaseRoute

from inspect_pipelines.config.schedules_text import entry_text
from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.cron import Cron
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.revision import ManagedBy
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.cron_preview import NOTICE, SHOWN
from inspect_pipelines.queries.cron_words import cron_sentence
from inspect_pipelines.queries.definition import find_trigger
from inspect_pipelines.queries.definitions import (
    ScheduleDossier,
    TriggerDossier,
    show_schedule,
    trigger_with,
)
from inspect_pipelines.queries.events import event_with, list_events
from inspect_pipelines.queries.plan_summary import show_plan
from inspect_pipelines.queries.revisions import list_revisions
from inspect_pipelines.queries.sources import list_sources
from inspect_pipelines.queries.upcoming import list_upcoming
from inspect_pipelines.usecases.events.rehearse import event_of, rehearse_event
from inspect_pipelines.web.access.declaration import is_for, permitted
from inspect_pipelines.web.access.rates import FILES
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.console.definition_verbs import definition_verbs
from inspect_pipelines.web.console.forms import Fields, Shown, form
from inspect_pipelines.web.console.shell import Seen, Shell

RECENT = 20  # events that may be tried
REVISIONS = 10


def definition(shell: Shell) -> Iterator[BaseRoute]:
    """`/schedules/{schedule_id}` and `/triggers/{trigger_id}`, and what is done there."""
    router, reads = APIRouter(), permitted(Permission.DEFINITIONS_READ)

    def page(
        seen: Seen, kind: str, name: str, dossier: ScheduleDossier | TriggerDossier, **more: Any
    ) -> HTMLResponse:
        cursor = seen.request.query_params.get("cursor") or None
        revisions = list_revisions(seen.house, kind, name, cursor=cursor, limit=REVISIONS)
        summary = dossier.summary.summary
        return shell.page(
            seen,
            "definition.html.j2",
            kind=kind,
            one=summary,
            dossier=dossier.summary,
            is_ours=summary.managed_by is ManagedBy.API,
            text=entry_text(dossier.definition) if dossier.definition is not None else None,
            plan=show_plan(seen.house, kind, name),
            revisions=revisions.items if revisions else (),
            older_revisions=revisions.next_cursor if revisions else None,
            is_first=cursor is None,
            **more,
        )

    @router.get("/schedules/{schedule_id}", response_class=HTMLResponse)
    @is_for(reads)
    def schedule(schedule_id: str, request: Request) -> HTMLResponse:
        seen = shell.see(request)
        found = seen.find(lambda house: show_schedule(house, schedule_id))
        seen, dossier = present(found, "schedule", schedule_id)
        summary = dossier.summary
        now = seen.house.clock.now()
        return page(
            seen,
            "schedule",
            schedule_id,
            dossier,
            upcoming=list_upcoming(seen.house, SHOWN, DefinitionId(schedule_id)),
            told=cron_sentence(summary.cron),
            notes=Cron(summary.cron, summary.timezone).dst_notes(now, NOTICE),
        )

    @router.get("/triggers/{trigger_id}", response_class=HTMLResponse)
    @is_for(reads)
    def trigger(
        trigger_id: str, request: Request, event: Annotated[str, Query(max_length=100)] = ""
    ) -> HTMLResponse:
        seen = shell.see(request)
        found = seen.find(lambda house: trigger_with(house, trigger_id))
        seen, dossier = present(found, "trigger", trigger_id)
        may_try = seen.may(Permission.EVENTS_REPLAY)
        if event and may_try:
            shell.gate.rates.spend(FILES, seen.house.org_id, "this organisation")
        return page(
            seen,
            "trigger",
            trigger_id,
            dossier,
            decisions=dossier.decisions,
            batches=dossier.batches,
            sources=list_sources(seen.house) if may_try else (),
            recent=list_events(seen.house, type=dossier.summary.event, limit=RECENT).items if may_try else (),
            chosen=event,
            tried=_tried(seen.house, trigger_id, event) if event and may_try else None,
        )

    def tries(seen: Seen, fields: Fields) -> Shown:
        name = seen.request.path_params["definition_id"]
        trigger = find_trigger(
            seen.house, present(trigger_with(seen.house, name), "trigger", name).summary.summary.id
        )
        shell.gate.rates.spend(FILES, seen.house.org_id, "this organisation")
        payload = fields.one("payload").encode("utf-8", "replace")
        event = event_of(
            seen.house, payload, kind=fields.one("kind").strip(), source_id=fields.one("source") or None
        )
        tried = rehearse_event(
            seen.house, event, triggers=[trigger], paths=fields.one("paths").split() or None
        )
        page = shell.page(seen, "trigger_tried.html.j2", trigger=trigger, event=event, tried=tried)
        return Shown(page, seen.link(f"/triggers/{name}"))

    yield from router.routes
    yield form(
        shell, "/triggers/{definition_id}/try", permitted(Permission.EVENTS_REPLAY), "trigger.test", tries
    )
    yield from definition_verbs(shell)


def _tried(house: House, trigger_id: str, event_id: str) -> Any:
    """What the event would do at the trigger; it starts and stores nothing."""
    event = present(event_with(house, event_id), "event", event_id).event
    return rehearse_event(house, event, triggers=[find_trigger(house, trigger_id)], paths=None)
