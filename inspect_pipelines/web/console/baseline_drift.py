"""Drift: how far a view has come from what a person approved last, run by run; and how steady every view is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.drift import Drift
from inspect_pipelines.domain.flakiness import Rung
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.baseline_sets import set_with
from inspect_pipelines.queries.report import Tone
from inspect_pipelines.queries.steadiness import DefinitionSteadiness, steadiness_of_definition
from inspect_pipelines.usecases.pictures.film_view import film_view
from inspect_pipelines.usecases.pictures.measure_drift import drifting_views, letters, measure_drift
from inspect_pipelines.web.access.declaration import is_for, permitted
from inspect_pipelines.web.access.room import Room
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.console.charts import drift_chart
from inspect_pipelines.web.console.shell import Shell

MOST_DEFINITIONS = 10  # that share a set and are shown
TONES = {
    Rung.BROKEN: Tone.BAD,
    Rung.UNSTABLE: Tone.BAD,
    Rung.AT_RISK: Tone.LOOK,
    Rung.NOISY: Tone.NEUTRAL,
    Rung.CLEAN: Tone.GOOD,
}
WEBP = "image/webp"
PRIVATE = {"Cache-Control": "private, max-age=60", "X-Content-Type-Options": "nosniff"}
AT_ONCE, ALTOGETHER = 2, 4  # each may compare a month of pictures, a few seconds of a core


def baseline_drift(shell: Shell) -> Iterator[BaseRoute]:
    """`/baselines/{set_name}/drift`."""
    router = APIRouter()
    room = Room("drifts are measured", each=AT_ONCE, altogether=ALTOGETHER)

    def steady(house: House, definitions: Sequence[Definition]) -> list[DefinitionSteadiness]:
        now = house.clock.now()
        found = (steadiness_of_definition(house, one.id, now=now) for one in definitions[:MOST_DEFINITIONS])
        return [one for one in found if one is not None and (one.views or one.playbooks)]

    def measured(house: House, name: str, view: View, letter: str) -> Drift | None:
        room.take(house.org_id)
        try:
            return measure_drift(house, name, view, letter)
        finally:
            room.give_back(house.org_id)

    @router.get("/baselines/{set_name}/drift", response_class=HTMLResponse)
    @is_for(permitted(Permission.PICTURES_READ))
    def drift(
        set_name: str,
        request: Request,
        view: Annotated[str, Query(max_length=500)] = "",
        variant: Annotated[str, Query(max_length=1)] = "",
    ) -> HTMLResponse:
        seen = shell.see(request)
        found = seen.find(lambda house: set_with(house, set_name))
        seen, dossier = present(found, "set of baselines", set_name)
        name = dossier.summary.name
        views = drifting_views(seen.house, name)
        chosen = View.parse(view) if view else next(iter(views), None)
        if chosen is not None and chosen not in views:
            present(None, "view that a person approved", view)
        several = letters(seen.house, name, chosen) if chosen else ()
        one = measured(seen.house, name, chosen, variant) if chosen else None
        return shell.page(
            seen,
            "baseline_drift.html.j2",
            name=name,
            views=views,
            chosen=chosen,
            drift=one,
            letters=several if len(several) > 1 else (),
            letter=variant if variant in several else next(iter(several), ""),
            chart=drift_chart(one) if one and one.measured else None,
            steady=steady(seen.house, dossier.summary.definitions),
            tones=TONES,
        )

    @router.get("/baselines/{set_name}/drift/film")
    @is_for(permitted(Permission.PICTURES_READ))
    def film(set_name: str, request: Request, view: Annotated[str, Query(max_length=500)] = "") -> Response:
        """A view's last pictures as an animated WebP."""
        seen = shell.see(request)
        found = seen.find(lambda house: set_with(house, set_name))
        seen, dossier = present(found, "set of baselines", set_name)
        room.take(seen.house.org_id)
        try:
            made = film_view(seen.house, dossier.summary.name, View.parse(view))
        finally:
            room.give_back(seen.house.org_id)
        return Response(present(made, "picture of the view", view), media_type=WEBP, headers=PRIVATE)

    yield from router.routes
