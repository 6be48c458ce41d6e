"""Schedules and triggers that no file owns are made, changed, deleted and restored; what is wrong stands beside the fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.routing import BaseRoute

from inspect_pipelines.config.one_definition import DefinitionInvalid
from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.revision import ManagedBy, tag
from inspect_pipelines.errors import Refused, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.cron_preview import preview_cron
from inspect_pipelines.queries.definitions import (
    ScheduleDossier,
    TriggerDossier,
    show_schedule,
    trigger_with,
)
from inspect_pipelines.queries.library import library
from inspect_pipelines.usecases.definitions.create import create_definition
from inspect_pipelines.usecases.definitions.delete import delete_definition
from inspect_pipelines.usecases.definitions.replace import replace_definition
from inspect_pipelines.usecases.definitions.restore import restore_revision
from inspect_pipelines.web.access.declaration import is_for, permitted
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.console.definition_form import document_of, draft_of, with_notify
from inspect_pipelines.web.console.forms import Fields, Shown, form
from inspect_pipelines.web.console.shell import Seen, Shell

KINDS = ("schedule", "trigger")
EVENTS = ("deployment.completed", "pull_request.merged", "push")  # that a form offers; any other may be typed
WRONG = 400
Playbooks = Annotated[list[str] | None, Query(alias="playbook", max_length=50)]
Text = Annotated[str, Query(max_length=200)]


def definition_verbs(shell: Shell) -> Iterator[BaseRoute]:
    """`/new/schedule`, `/schedules/{schedule_id}/edit`, the same of triggers, and where their forms are sent."""
    writes = permitted(Permission.DEFINITIONS_WRITE)
    router = APIRouter()

    def page(
        seen: Seen,
        kind: str,
        document: Mapping[str, Any],
        *,
        is_new: bool,
        revision: int = 0,
        notify: str | None = None,
        errors: list[tuple[str, str]] | None = None,
        status: int = 200,
        owner: str = "",
    ) -> HTMLResponse:
        books = library(seen.house).playbooks
        draft = draft_of(document, books, notify)
        now = seen.house.clock.now()
        return shell.page(
            seen,
            "definition_form.html.j2",
            status=status,
            kind=kind,
            draft=draft,
            books=books,
            chosen=[str(one.id) for one in draft.playbooks],
            is_new=is_new,
            revision=revision,
            errors=errors or [],
            events=EVENTS,
            owner=owner,
            preview=preview_cron(draft.text("cron"), draft.text("timezone"), now=now)
            if draft.text("cron")
            else None,
        )

    def renew(seen: Seen, kind: str, named: list[str] | None) -> HTMLResponse:
        books = [str(one.id) for one in library(seen.house).playbooks]
        wanted = [one for one in named or () if one in books] or (books if len(books) == 1 else [])
        first = {"cron": "0 6 * * *", "timezone": "UTC"} if kind == "schedule" else {"event": EVENTS[0]}
        return page(seen, kind, {**first, "playbooks": wanted}, is_new=True)

    def edit(seen: Seen, kind: str, name: str, named: list[str] | None) -> HTMLResponse:
        found: tuple[Seen, ScheduleDossier | TriggerDossier] | None
        found = seen.find(lambda house: _shown(house, kind, name))
        seen, one = present(found, kind, name)
        if (refusal := _refusal(kind, one)) or one.definition is None:
            return page(seen, kind, {"id": name}, is_new=False, owner=refusal)
        document, revision = one.definition, one.summary.summary.revision
        if named:
            document = {key: value for key, value in document.items() if key != "playbook"} | {
                "playbooks": named
            }
        return page(seen, kind, document, is_new=False, revision=revision)

    @router.get("/new/schedule", response_class=HTMLResponse)
    @is_for(writes)
    def new_schedule(request: Request, playbook: Playbooks = None) -> HTMLResponse:
        return renew(shell.see(request), "schedule", playbook)

    @router.get("/new/trigger", response_class=HTMLResponse)
    @is_for(writes)
    def new_trigger(request: Request, playbook: Playbooks = None) -> HTMLResponse:
        return renew(shell.see(request), "trigger", playbook)

    @router.get("/new/times", response_class=HTMLResponse)
    @is_for(writes)
    def times(request: Request, cron: Text = "", timezone: Text = "") -> HTMLResponse:
        seen = shell.see(request)
        preview = preview_cron(cron, timezone, now=seen.house.clock.now())
        return shell.page(seen, "cron_preview.html.j2", preview=preview)

    @router.get("/schedules/{schedule_id}/edit", response_class=HTMLResponse)
    @is_for(writes)
    def edit_schedule(schedule_id: str, request: Request, playbook: Playbooks = None) -> HTMLResponse:
        return edit(shell.see(request), "schedule", schedule_id, playbook)

    @router.get("/triggers/{trigger_id}/edit", response_class=HTMLResponse)
    @is_for(writes)
    def edit_trigger(trigger_id: str, request: Request, playbook: Playbooks = None) -> HTMLResponse:
        return edit(shell.see(request), "trigger", trigger_id, playbook)

    def creates(kind: str) -> Callable[[Seen, Fields], str | Shown]:
        def create(seen: Seen, fields: Fields) -> str | Shown:
            document = document_of(kind, fields, {}, library(seen.house).playbooks)
            cost = fields.one("accept_cost") == "yes"
            try:
                wanted = with_notify(document, fields.one("notify"))
                made = create_definition(seen.house, kind, wanted, by=seen.caller.actor, accept_cost=cost)
            except (DefinitionInvalid, Refused) as error:
                again = page(
                    seen,
                    kind,
                    document,
                    is_new=True,
                    notify=fields.one("notify"),
                    errors=_said(error),
                    status=WRONG,
                )
                return Shown(again, seen.link(f"/new/{kind}"))
            return seen.link(f"/{kind}s/{made.definition_id}")

        return create

    def replaces(kind: str) -> Callable[[Seen, Fields], str | Shown]:
        def replace(seen: Seen, fields: Fields) -> str | Shown:
            name = seen.request.path_params["definition_id"]
            before, now = present(_ours(seen.house, kind, name), kind, name)
            document = document_of(kind, fields, before, library(seen.house).playbooks)
            revision = fields.one("revision")
            try:
                replace_definition(
                    seen.house,
                    kind,
                    DefinitionId(name),
                    with_notify(document, fields.one("notify")),
                    if_match=f'"{revision}"',
                    by=seen.caller.actor,
                    accept_cost=fields.one("accept_cost") == "yes",
                )
            except (DefinitionInvalid, Refused) as error:
                again = page(
                    seen, kind, document, is_new=False, revision=now, notify=fields.one("notify"),
                    errors=_said(error), status=WRONG,
                )  # fmt: skip
                return Shown(again, seen.link(f"/{kind}s/{name}/edit"))
            return seen.link(f"/{kind}s/{name}")

        return replace

    yield from router.routes
    for kind in KINDS:
        place = f"/{kind}s/{{definition_id}}"
        yield form(shell, f"/new/{kind}", writes, f"{kind}.create", creates(kind), subject=f"{kind}s")
        yield form(shell, f"{place}/edit", writes, f"{kind}.replace", replaces(kind))
        yield form(shell, f"{place}/delete", writes, f"{kind}.delete", _deletes(kind))
        yield form(shell, f"{place}/restore", writes, f"{kind}.restore", _restores(kind))


def _deletes(kind: str) -> Callable[[Seen, Fields], str]:
    def delete(seen: Seen, fields: Fields) -> str:
        name = DefinitionId(seen.request.path_params["definition_id"])
        confirmed = fields.one("confirm") or None
        delete_definition(seen.house, kind, name, confirmed=confirmed, if_match=None, by=seen.caller.actor)
        return seen.link("/")

    return delete


def _restores(kind: str) -> Callable[[Seen, Fields], str]:
    def restore(seen: Seen, fields: Fields) -> str:
        name, number = DefinitionId(seen.request.path_params["definition_id"]), fields.one("revision")
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            raise UsageError(f"revision {number[:20]!r} is no number; choose one of the list")
        found = _ours(seen.house, kind, name)  # None: it was deleted, which the use case looks into
        seen_as = tag(found[1]) if found else None
        restore_revision(seen.house, kind, name, int(number), if_match=seen_as, by=seen.caller.actor)
        return seen.link(f"/{kind}s/{name}")

    return restore


def _ours(house: House, kind: str, name: str) -> tuple[Mapping[str, Any], int] | None:
    """What it was written as, and its revision; raises `Refused` where a file says what it is."""
    found = _shown(house, kind, name)
    if found is None:
        return None
    if (refusal := _refusal(kind, found)) or found.definition is None:
        raise Refused(refusal)
    return found.definition, found.summary.summary.revision


def _shown(house: House, kind: str, name: str) -> ScheduleDossier | TriggerDossier | None:
    return show_schedule(house, name) if kind == "schedule" else trigger_with(house, name)


def _refusal(kind: str, found: ScheduleDossier | TriggerDossier) -> str:
    """Why it is not changed here; empty: it is."""
    summary = found.summary.summary
    if summary.managed_by is ManagedBy.API and found.definition is not None:
        return ""
    return (
        f"{kind} {summary.id!r} is not changed here: {summary.place or 'schedules.yaml'} says what it is; change it there "
        "and run inspect-pipelines apply"
    )


def _said(error: DefinitionInvalid | Refused) -> list[tuple[str, str]]:
    return error.errors if isinstance(error, DefinitionInvalid) else [("", str(error))]
