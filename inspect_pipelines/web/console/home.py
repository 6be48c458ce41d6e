"""Automated runs: every schedule and trigger, when it runs next and how it ended last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.queries.cron_words import cron_sentence
from inspect_pipelines.queries.definitions import (
    DefinitionSummary,
    ScheduleSummary,
    TriggerSummary,
    list_by_kind,
)
from inspect_pipelines.queries.runs import RunSummary
from inspect_pipelines.web.access.declaration import is_for, permitted
from inspect_pipelines.web.console.shell import Shell

STRIP = 30  # runs that a row shows
KINDS = ("schedule", "trigger")
STATES = {
    "attention": "Needs a look",
    "paused": "Paused",
    "disabled": "Disabled",
    "never": "Never ran",
}
BAD = (RunStatus.FAILED, RunStatus.NEEDS_REVIEW, RunStatus.TIMEOUT, RunStatus.ERROR)


@dataclass(frozen=True, slots=True)
class Row:
    """One definition."""

    is_about: DefinitionSummary
    told: str  # when it runs, in words; empty for events
    fires: str  # the cron with its zone, or the event
    asks: tuple[str, ...]  # what it asks of its event
    runs: tuple[RunSummary, ...]  # newest first


def home(shell: Shell) -> APIRouter:
    """`GET /`."""
    router = APIRouter()

    @router.get("/", response_class=HTMLResponse)
    @is_for(permitted(Permission.DEFINITIONS_READ))
    def automated_runs(
        request: Request,
        q: Annotated[str, Query(max_length=200)] = "",
        kind: Annotated[str, Query(max_length=20)] = "",
        state: Annotated[str, Query(max_length=20)] = "",
    ) -> HTMLResponse:
        seen = shell.see(request)
        schedules, triggers = list_by_kind(seen.house, last=STRIP)
        rows = [*(_of_schedule(one) for one in schedules), *(_of_trigger(one) for one in triggers)]
        shown = [row for row in rows if _is_wanted(row, q, kind, state)]
        return shell.page(
            seen,
            "home.html.j2",
            rows=shown,
            count=len(rows),
            attention=sum(_is_in(row, "attention") for row in rows),
            chosen={"q": q, "kind": kind, "state": state},
            kinds=KINDS,
            states=STATES,
            strip_size=STRIP,
        )

    return router


def _of_schedule(one: ScheduleSummary) -> Row:
    return Row(one.summary, cron_sentence(one.cron), f"{one.cron}  {one.timezone}", (), one.last_runs)


def _of_trigger(one: TriggerSummary) -> Row:
    return Row(one.summary, "", one.event, (*filter(None, [one.repo]), *one.conditions), one.last_runs)


def _is_wanted(row: Row, text: str, kind: str, state: str) -> bool:
    if kind in KINDS and row.is_about.kind != kind:
        return False
    if state in STATES and not _is_in(row, state):
        return False
    return all(word in part for word in text.lower().split() for part in [" ".join(_said(row)).lower()])


def _is_in(row: Row, state: str) -> bool:
    about = row.is_about
    match state:
        case "attention":
            return about.enabled and about.last_run is not None and about.last_run.status in BAD
        case "paused":
            return about.paused is not None
        case "disabled":
            return not about.enabled
        case _:
            return about.last_run is None


def _said(row: Row) -> Iterator[str]:
    yield from (row.is_about.id, row.is_about.name, row.told, row.fires, *row.asks)
