"""The window of a run's browser while it plays: the newest frame, and the part of the run's page that shows it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.queries.run import current_run, run_anywhere
from inspect_pipelines.queries.window import live_frame, window_of
from inspect_pipelines.web.access.declaration import is_for, permitted
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.console.pictures import POLICY
from inspect_pipelines.web.console.shell import Shell


def window(shell: Shell) -> APIRouter:
    """`GET /runs/{run_id}/live`, a JPEG (204: it shows nothing now), and `/runs/{run_id}/window`, what stands round it."""
    router, sees = APIRouter(), permitted(Permission.PICTURES_READ)

    @router.get("/runs/{run_id}/live", response_class=Response)
    @is_for(sees)
    def live(run_id: str, request: Request) -> Response:
        found = run_anywhere(shell.gate.houses(shell.gate.visitor(request)), RunId(run_id))
        if found is None:
            return JSONResponse({"error": f"there is no run {run_id[:100]!r} for you"}, status_code=404)
        frame = live_frame(found[0], found[1].id)
        if frame is None:  # a page may ask for one that has just gone, which is no fault
            return Response(status_code=204)
        headers = {
            "Content-Security-Policy": POLICY,
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(frame.jpeg, media_type="image/jpeg", headers=headers)

    @router.get("/runs/{run_id}/window", response_class=Response)
    @is_for(sees)
    def told(run_id: str, request: Request) -> Response:
        seen = shell.see(request)
        seen, run = present(seen.find(lambda house: current_run(house, RunId(run_id))), "run", run_id)
        return shell.page(seen, "window.html.j2", run=run, window=window_of(seen.house, run.id))

    return router
