"""Deleted definitions: what was a schedule or trigger and is none any more, who deleted it, and the way back."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.queries.revisions import list_deleted
from inspect_pipelines.web.access.declaration import is_for, permitted
from inspect_pipelines.web.console.shell import Shell


def deleted(shell: Shell) -> APIRouter:
    """`GET /deleted`; a definition's own form restores it."""
    router = APIRouter()

    @router.get("/deleted", response_class=HTMLResponse)
    @is_for(permitted(Permission.DEFINITIONS_READ))
    def listed(request: Request) -> HTMLResponse:
        seen = shell.see(request)
        return shell.page(seen, "deleted.html.j2", found=list_deleted(seen.house))

    return router
