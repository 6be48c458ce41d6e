"""`/signed/{text}`: a run's report for whoever has a link out of a message; that one thing, and no sign-in."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from starlette.requests import Request

from inspect_pipelines.domain.signed_link import ADDRESS, claimed
from inspect_pipelines.errors import NotFound
from inspect_pipelines.usecases.access.open_link import CLOSED, open_link
from inspect_pipelines.web.access.declaration import HOLDERS, is_for
from inspect_pipelines.web.access.gate import Gate, is_local
from inspect_pipelines.web.access.rates import LINK
from inspect_pipelines.web.console.reports import POLICY

# nothing keeps it: a link that is taken back must not be answered by a copy, nor be found by a search
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


def signed(gate: Gate) -> APIRouter:
    """`GET /signed/{text}`."""
    router = APIRouter()

    @router.get(ADDRESS + "{text}", response_class=HTMLResponse)
    @is_for(HOLDERS)
    def report(text: str, request: Request) -> Response:
        address = request.client.host if request.client else ""
        if not is_local(request):
            gate.rates.spend(LINK, address, "whoever opens links from this address")
        link = claimed(text)
        house = gate.house_named(link.org_id) if link else None
        run_id = open_link(house, text, address=address)
        assert house is not None  # else it opens nothing
        try:
            with house.reports.open(run_id) as file:
                return HTMLResponse(file.read(), headers=HEADERS)
        except NotFound as error:
            raise NotFound(CLOSED) from error

    return router
