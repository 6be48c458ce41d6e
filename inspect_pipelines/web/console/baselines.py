"""Baselines: the approved pictures of each set, who approved them, what was before, and what two of them differ by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.routing import BaseRoute

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.queries.baseline_sets import (
    baseline_in,
    differences,
    environments_of,
    list_sets,
    set_with,
)
from inspect_pipelines.web.access.declaration import is_for, permitted
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.console.baseline_drift import baseline_drift
from inspect_pipelines.web.console.baseline_verbs import baseline_verbs
from inspect_pipelines.web.console.shell import Shell

Cursor = Annotated[str | None, Query(max_length=500)]
Id = Annotated[str, Query(max_length=100)]


def baselines(shell: Shell) -> Iterator[BaseRoute]:
    """`/baselines`, `/baselines/{set_name}`, its drift, `/baselines/{set_name}/compare` and one of them."""
    router, sees = APIRouter(), permitted(Permission.PICTURES_READ)

    @router.get("/baselines", response_class=HTMLResponse)
    @is_for(sees)
    def sets(request: Request) -> HTMLResponse:
        seen = shell.see(request)
        return shell.page(seen, "baselines.html.j2", sets=list_sets(seen.house))

    @router.get("/baselines/{set_name}", response_class=HTMLResponse)
    @is_for(sees)
    def one_set(set_name: str, request: Request, cursor: Cursor = None) -> HTMLResponse:
        seen = shell.see(request)
        found = seen.find(lambda house: set_with(house, set_name, cursor=cursor))
        seen, dossier = present(found, "set of baselines", set_name)
        return shell.page(
            seen,
            "baseline_set.html.j2",
            dossier=dossier,
            name=dossier.summary.name,
            active=dossier.summary.active,
            is_first=cursor is None,
        )

    @router.get("/baselines/{set_name}/compare", response_class=HTMLResponse)
    @is_for(sees)
    def compare(set_name: str, request: Request, old: Id = "", new: Id = "") -> HTMLResponse:
        seen = shell.see(request)
        seen, dossier = present(
            seen.find(lambda house: set_with(house, set_name)), "set of baselines", set_name
        )
        active = dossier.summary.active
        this = new or (active.id if active else "")
        before = old or (dossier.previous.id if dossier.previous else this)
        pair = [
            present(baseline_in(seen.house, dossier.summary.name, each), "baseline", each)
            for each in (before, this)
        ]
        found = differences(*pair)
        return shell.page(
            seen,
            "baseline_compare.html.j2",
            name=dossier.summary.name,
            choices=dossier.history.items,
            old=pair[0],
            new=pair[1],
            differing=[one for one in found if one.word != "same"],
            same=sum(one.word == "same" for one in found),
        )

    @router.get("/baselines/{set_name}/{baseline_id}", response_class=HTMLResponse)
    @is_for(sees)
    def one(set_name: str, baseline_id: str, request: Request) -> HTMLResponse:
        seen = shell.see(request)
        found = seen.find(lambda house: baseline_in(house, set_name, baseline_id))
        seen, baseline = present(found, "baseline", baseline_id)
        return shell.page(
            seen,
            "baseline.html.j2",
            name=set_name,
            baseline=baseline,
            environments=environments_of(baseline),
        )

    yield from baseline_drift(shell)  # before what any id may be
    yield from router.routes
    yield from baseline_verbs(shell)
