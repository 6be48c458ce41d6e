"""The inbox: what waits for a person."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.review import ReviewState
from inspect_pipelines.queries.definitions import list_definitions
from inspect_pipelines.queries.reviews import list_reviews
from inspect_pipelines.web.access.declaration import is_for, permitted
from inspect_pipelines.web.console.shell import Shell


def inbox(shell: Shell) -> APIRouter:
    """`GET /inbox`."""
    router = APIRouter()

    @router.get("/inbox", response_class=HTMLResponse)
    @is_for(permitted(Permission.PICTURES_READ))
    def waiting(
        request: Request,
        said: Annotated[str, Query(max_length=20)] = "",
        cursor: Annotated[str | None, Query(max_length=500)] = None,
    ) -> HTMLResponse:
        seen = shell.see(request)
        definitions = list_definitions(seen.house)
        return shell.page(
            seen,
            "inbox.html.j2",
            reviews=list_reviews(seen.house, ReviewState.WAITING, cursor=cursor),
            names={one.id: one.name for one in definitions},
            paused=[one for one in definitions if one.paused],
            said=said,
            is_first=cursor is None,
        )

    return router
