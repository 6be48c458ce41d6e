"""Drift: how far a view has come from what a person approved last, run by run, whatever rules took over since."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.routing import BaseRoute

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.drift import Drift
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.baseline_sets import set_with
from inspect_pipelines.usecases.pictures.measure_drift import drifting_views, measure_drift
from inspect_pipelines.web.access.declaration import is_for, permitted
from inspect_pipelines.web.access.room import Room
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.console.charts import drift_chart
from inspect_pipelines.web.console.shell import Shell

AT_ONCE, ALTOGETHER = 2, 4  # each may compare a month of pictures, a few seconds of a core


def baseline_drift(shell: Shell) -> Iterator[BaseRoute]:
    """`/baselines/{set_name}/drift`."""
    router = APIRouter()
    room = Room("drifts are measured", each=AT_ONCE, altogether=ALTOGETHER)

    def measured(house: House, name: str, view: View) -> Drift | None:
        room.take(house.org_id)
        try:
            return measure_drift(house, name, view)
        finally:
            room.give_back(house.org_id)

    @router.get("/baselines/{set_name}/drift", response_class=HTMLResponse)
    @is_for(permitted(Permission.PICTURES_READ))
    def drift(
        set_name: str, request: Request, view: Annotated[str, Query(max_length=500)] = ""
    ) -> HTMLResponse:
        seen = shell.see(request)
        found = seen.find(lambda house: set_with(house, set_name))
        seen, dossier = present(found, "set of baselines", set_name)
        name = dossier.summary.name
        views = drifting_views(seen.house, name)
        chosen = View.parse(view) if view else next(iter(views), None)
        if chosen is not None and chosen not in views:
            present(None, "view that a person approved", view)
        one = measured(seen.house, name, chosen) if chosen else None
        return shell.page(
            seen,
            "baseline_drift.html.j2",
            name=name,
            views=views,
            chosen=chosen,
            drift=one,
            chart=drift_chart(one) if one and one.measured else None,
        )

    yield from router.routes
