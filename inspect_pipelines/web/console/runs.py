"""Run history: which runs there were, newest first; what is asked for stands in the address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import UsageError
from inspect_pipelines.queries.definitions import definition_names
from inspect_pipelines.queries.runs import list_runs
from inspect_pipelines.web.access.declaration import is_for, permitted
from inspect_pipelines.web.console.shell import Shell

PAGE = 50


def runs(shell: Shell) -> APIRouter:
    """`GET /runs`."""
    router = APIRouter()

    @router.get("/runs", response_class=HTMLResponse)
    @is_for(permitted(Permission.RUNS_READ))
    def history(
        request: Request,
        definition: Annotated[str, Query(max_length=200)] = "",
        status: Annotated[list[str] | None, Query()] = None,
        since: Annotated[str, Query(alias="from", max_length=40)] = "",
        until: Annotated[str, Query(alias="to", max_length=40)] = "",
        repo: Annotated[str, Query(max_length=200)] = "",
        branch: Annotated[str, Query(max_length=300)] = "",
        environment: Annotated[str, Query(max_length=200)] = "",
        cursor: Annotated[str | None, Query(max_length=500)] = None,
    ) -> HTMLResponse:
        seen = shell.see(request)
        statuses = [_status(one) for one in status or ()]
        found = list_runs(
            seen.house,
            definition_id=DefinitionId(definition) if definition else None,
            status=statuses or None,
            since=_day(since),
            until=_day(until),
            repo=repo or None,
            branch=branch or None,
            environment=environment or None,
            cursor=cursor,
            limit=PAGE,
        )
        chosen = {
            "definition": definition,
            "status": [one.value for one in statuses],
            "from": since,
            "to": until,
            "repo": repo,
            "branch": branch,
            "environment": environment,
        }
        return shell.page(
            seen,
            "runs.html.j2",
            runs=found,
            names=definition_names(seen.house),
            statuses=[*RunStatus],
            chosen=chosen,
            is_filtered=any(chosen.values()),
            is_first=cursor is None,
        )

    return router


def _status(text: str) -> RunStatus:
    try:
        return RunStatus(text)
    except ValueError:
        raise UsageError(
            f"no run has the status {text!r}; choose of: {', '.join(one.value for one in RunStatus)}"
        ) from None


def _day(text: str) -> datetime | None:
    """Its beginning, UTC; None: no day is named."""
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise UsageError(f"{text!r} is no day; write it like 2026-11-28") from None
