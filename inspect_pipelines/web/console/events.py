"""Events: what sources told, what came of it at each trigger and why, and another look at it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.routing import BaseRoute

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.answer import AnswerKind
from inspect_pipelines.domain.event import EventStatus
from inspect_pipelines.queries.definitions import definition_names
from inspect_pipelines.queries.events import event_with, list_decided_events, payload_of
from inspect_pipelines.queries.sources import list_sources
from inspect_pipelines.usecases.events.replay import replay
from inspect_pipelines.web.access.declaration import is_for, permitted
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.console.forms import Fields, form
from inspect_pipelines.web.console.shell import Seen, Shell

TABS = {
    "": "All",
    **{one.value: one.value.capitalize() for one in EventStatus if one is not EventStatus.RECEIVED},
}
TONES = {"decided": "good", "undecided": "bad", "unreadable": "bad", "waiting": "look"}
ANSWER_TONES = {AnswerKind.STARTED: "good", AnswerKind.COALESCED: "good", AnswerKind.UNDECIDED: "bad"}
MOST_SHOWN = 60_000  # characters of a payload; the command line has all of it


def events(shell: Shell) -> Iterator[BaseRoute]:
    """`/events`, `/events/{event_id}` and its replay."""
    router, reads = APIRouter(), permitted(Permission.EVENTS_READ)

    @router.get("/events", response_class=HTMLResponse)
    @is_for(reads)
    def listed(
        request: Request,
        status: Annotated[str, Query(max_length=20)] = "",
        cursor: Annotated[str | None, Query(max_length=500)] = None,
    ) -> HTMLResponse:
        seen = shell.see(request)
        chosen = status if status in TABS else ""
        found = list_decided_events(seen.house, status=EventStatus(chosen) if chosen else None, cursor=cursor)
        sources = [] if found.items else list_sources(seen.house)
        return shell.listing(
            seen, "events.html.j2", found, tabs=TABS, chosen=chosen, tones=TONES, sources=sources
        )

    @router.get("/events/{event_id}", response_class=HTMLResponse)
    @is_for(reads)
    def one(event_id: str, request: Request) -> HTMLResponse:
        seen = shell.see(request)
        seen, dossier = present(seen.find(lambda house: event_with(house, event_id)), "event", event_id)
        payload = payload_of(seen.house, dossier.event)
        return shell.page(
            seen,
            "event.html.j2",
            event=dossier.event,
            decisions=dossier.decisions,
            payload=None if payload is None else payload[:MOST_SHOWN],
            is_cut=payload is not None and len(payload) > MOST_SHOWN,
            names=definition_names(seen.house),
            tones=TONES,
            answer_tones=ANSWER_TONES,
        )

    yield from router.routes
    replays = permitted(Permission.EVENTS_REPLAY)
    yield form(shell, "/events/{event_id}/replay", replays, "event.replay", _replay)


def _replay(seen: Seen, fields: Fields) -> str:
    name = seen.request.path_params["event_id"]
    found = present(event_with(seen.house, name), "event", name).event
    replay(seen.house, found.id)
    return seen.link(f"/events/{found.id}") + "#decisions"
