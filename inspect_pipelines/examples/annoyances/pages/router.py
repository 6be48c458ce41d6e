"""A router in the browser: the address changes at once, and the page comes later, without a load."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from inspect_pipelines.examples.annoyances.layout import shown

ANSWERS_AFTER_SECONDS = 0.4
BODY = """<nav><a href="/router/orders">Orders</a> <a href="/router/team">Team</a></nav><div id=view class=card>Start</div>
<script>document.querySelector("nav").onclick = async (event) => {
  const link = event.target.closest("a");
  if (!link) return;
  event.preventDefault();
  history.pushState({}, "", link.href);
  const of = link.textContent, answer = await fetch("/router/data/" + of.toLowerCase());
  document.getElementById("view").innerHTML = (await answer.json()).map((each) => `<p>${each}</p>`).join("");
}</script>"""
DATA = {"orders": ["1001 Oak chair", "1002 Pine table"], "team": ["Ada", "Grace", "Katherine"]}


async def data(request: Request) -> JSONResponse:
    """The rows of a view."""
    await asyncio.sleep(ANSWERS_AFTER_SECONDS)
    return JSONResponse(DATA.get(request.path_params["view"], []))


ROUTES = [Route("/router/data/{view}", data), shown("/router", "Office", BODY)]
