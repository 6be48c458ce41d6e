"""A run's report over HTTP, as it was written at its end."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.errors import NotFound
from inspect_pipelines.queries.run import run_anywhere
from inspect_pipelines.web.access.declaration import is_for, permitted
from inspect_pipelines.web.access.gate import Gate

# The page is ours, what it quotes is the site's: an origin of its own keeps it away from everything else that is served
# here. Its own policy names the hashes of its style and script; this one can only narrow it.
POLICY = (
    "sandbox allow-scripts allow-popups; default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def reports(gate: Gate) -> APIRouter:
    """`GET /runs/{run_id}/report`: the report as it was written at the run's end; 404 with a sentence when there is none."""
    router = APIRouter()

    @router.get("/runs/{run_id}/report", response_class=HTMLResponse)
    @is_for(permitted(Permission.PICTURES_READ))
    def report(run_id: str, request: Request) -> Response:
        found = run_anywhere(gate.houses(gate.visitor(request)), RunId(run_id))
        if found is None:
            return JSONResponse({"error": f"there is no run {run_id!r}"}, status_code=404)
        try:
            house, run = found
            with house.reports.open(run.id) as file:
                page = file.read()
        except NotFound:
            sentence = f"run {run.id!r} is {run.status.value!r} and has no report"
            return JSONResponse({"error": sentence}, status_code=404)
        return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})

    return router
