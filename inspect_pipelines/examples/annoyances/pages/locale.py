"""The address without a language leads to the one that the browser prefers."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from inspect_pipelines.examples.annoyances.layout import shown


async def choose(request: Request) -> Response:
    """To Norwegian where that comes first, to English else."""
    first = request.headers.get("Accept-Language", "").strip().lower()
    return RedirectResponse("/locale/no" if first.startswith(("nb", "no")) else "/locale/en", status_code=302)


ROUTES = [
    Route("/locale", choose),
    shown("/locale/en", "Welcome", "<p>Furniture from Bergen.</p>"),
    shown("/locale/no", "Velkommen", "<p>Møbler fra Bergen.</p>"),
]
