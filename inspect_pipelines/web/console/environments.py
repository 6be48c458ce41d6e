"""Another browser, system, scale or other fonts: all that one touches on one page with one button, and what was accepted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.queries.definitions import definition_names
from inspect_pipelines.queries.environments import (
    EnvironmentReview,
    accepted_environments,
    accepted_with,
    environment_with,
    list_environments,
)
from inspect_pipelines.usecases.pictures.accept_environment import accept_environment
from inspect_pipelines.usecases.pictures.revoke_environment import revoke_environment
from inspect_pipelines.web.access.declaration import is_for, permitted
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.console.forms import SEE_OTHER, Fields, form
from inspect_pipelines.web.console.shell import Seen, Shell

MOST_CHARACTERS = 500  # of a note
NEEDED = (Permission.REVIEW_DECIDE, Permission.BASELINE_FINALIZE)  # to say that one is right, or is not


def environments(shell: Shell) -> Iterator[BaseRoute]:
    """`/environments` and each of them, its acceptance, and that taken back."""
    router = APIRouter()

    @router.get("/environments", response_class=HTMLResponse)
    @is_for(permitted(Permission.PICTURES_READ))
    def listed(request: Request, said: Annotated[str, Query(max_length=20)] = "") -> HTMLResponse:
        seen = shell.see(request)
        return shell.page(
            seen,
            "environments.html.j2",
            waiting=list_environments(seen.house),
            accepted=accepted_environments(seen.house),
            may_say=_may_say(seen),
            said=said,
        )

    @router.get("/environments/{environment_id}", response_class=HTMLResponse)
    @is_for(permitted(Permission.PICTURES_READ))
    def one(environment_id: str, request: Request) -> Response:
        """A message leads here for good: what was accepted meanwhile is told by whom."""
        seen = shell.see(request)
        waiting = seen.find(lambda house: environment_with(house, environment_id))
        accepted = seen.find(lambda house: accepted_with(house, environment_id))
        if accepted and not waiting:
            seen, _ = accepted
            return RedirectResponse(seen.link("/environments") + f"#accepted-{environment_id}", SEE_OTHER)
        seen, found = present(waiting, "environment that waits", environment_id)
        return shell.page(
            seen,
            "environment.html.j2",
            environment=found,
            names=definition_names(seen.house),
            may_say=_may_say(seen),
        )

    yield from router.routes
    may = permitted(*NEEDED)
    yield form(shell, "/environments/{environment_id}/accept", may, "environment.accept", _accept)
    yield form(shell, "/environments/{accepted_id}/revoke", may, "environment.revoke", _revoke)


def _may_say(seen: Seen) -> bool:
    return all(map(seen.may, NEEDED))


def _found(seen: Seen, environment_id: str) -> tuple[Seen, EnvironmentReview]:
    found = seen.find(lambda house: environment_with(house, environment_id))
    return present(found, "environment that waits", environment_id)


def _accept(seen: Seen, fields: Fields) -> str:
    seen, found = _found(seen, seen.request.path_params["environment_id"])
    accept_environment(seen.house, found.id, caller=seen.caller, note=fields.one("note")[:MOST_CHARACTERS])
    return seen.link("/inbox", said="environment")


def _revoke(seen: Seen, fields: Fields) -> str:
    name = seen.request.path_params["accepted_id"]
    found = seen.find(lambda house: accepted_with(house, name))
    seen, accepted = present(found, "accepted environment", name)
    revoke_environment(seen.house, accepted.id, caller=seen.caller, note=fields.one("note")[:MOST_CHARACTERS])
    return seen.link("/environments", said="revoked")
