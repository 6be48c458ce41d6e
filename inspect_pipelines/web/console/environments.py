"""Another browser, system, scale or other fonts: all that they touch on one page, and one button."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.routing import BaseRoute

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.queries.definitions import definition_names
from inspect_pipelines.queries.environments import EnvironmentReview, environment_with
from inspect_pipelines.usecases.pictures.accept_environment import accept_environment
from inspect_pipelines.web.access.declaration import is_for, permitted
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.console.forms import Fields, form
from inspect_pipelines.web.console.shell import Seen, Shell

MOST_CHARACTERS = 500  # of a note


def environments(shell: Shell) -> Iterator[BaseRoute]:
    """`/environments/{environment_id}`, and its acceptance."""
    router = APIRouter()

    @router.get("/environments/{environment_id}", response_class=HTMLResponse)
    @is_for(permitted(Permission.PICTURES_READ))
    def one(environment_id: str, request: Request) -> HTMLResponse:
        seen, found = _found(shell.see(request), environment_id)
        return shell.page(seen, "environment.html.j2", environment=found, names=definition_names(seen.house))

    yield from router.routes
    may = permitted(Permission.REVIEW_DECIDE, Permission.BASELINE_FINALIZE)
    yield form(shell, "/environments/{environment_id}/accept", may, "environment.accept", _accept)


def _found(seen: Seen, environment_id: str) -> tuple[Seen, EnvironmentReview]:
    found = seen.find(lambda house: environment_with(house, environment_id))
    return present(found, "environment that waits", environment_id)


def _accept(seen: Seen, fields: Fields) -> str:
    seen, found = _found(seen, seen.request.path_params["environment_id"])
    accept_environment(seen.house, found.id, caller=seen.caller, note=fields.one("note")[:MOST_CHARACTERS])
    return seen.link("/inbox", said="environment")
