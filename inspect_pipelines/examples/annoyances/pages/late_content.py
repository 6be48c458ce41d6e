"""The page is there at once, what it is about comes after a second, in two parts."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from inspect_pipelines.examples.annoyances.layout import shown

ANSWERS_AFTER_SECONDS = 0.7
BODY = """<div id=rows class=card>Loading…</div><p id=sum></p><script>(async () => {
const ask = async (part) => (await fetch("/late-content/" + part)).json();
document.getElementById("rows").textContent = (await ask("rows")).join(", ");
document.getElementById("sum").textContent = "Together " + (await ask("sum")).join();
})()</script>"""
PARTS = {"rows": ["Oak chair 120", "Pine table 340"], "sum": ["460"]}


async def part(request: Request) -> JSONResponse:
    """One part, late."""
    await asyncio.sleep(ANSWERS_AFTER_SECONDS)
    return JSONResponse(PARTS.get(request.path_params["name"], []))


ROUTES = [Route("/late-content/{name}", part), shown("/late-content", "Your order", BODY)]
