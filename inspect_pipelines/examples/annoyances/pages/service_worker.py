"""A service worker answers for the site, and from its second visit on shows what it kept."""

from __future__ import annotations

import itertools

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from inspect_pipelines.examples.annoyances.layout import page

WORKER = """self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(clients.claim()));
self.addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate") return;
  event.respondWith(caches.open("pages").then(async (kept) => {
    const found = await kept.match(event.request);
    if (found) return found;
    const answer = await fetch(event.request);
    await kept.put(event.request, answer.clone());
    return answer;
  }));
});"""
BODY = """<p>Served <b class=served>{number}</b> times.</p><p id=by>By the network</p><script>
navigator.serviceWorker.register("/service-worker/worker.js", {{ scope: "/service-worker" }});
if (navigator.serviceWorker.controller) document.getElementById("by").textContent = "By the service worker";
</script>"""
NUMBERS = itertools.count(1)


async def home(request: Request) -> Response:
    """Another number for whoever comes to the server."""
    return page("Offline too", BODY.format(number=next(NUMBERS)))


async def worker(request: Request) -> Response:
    """The worker itself."""
    return Response(
        WORKER, media_type="text/javascript", headers={"Service-Worker-Allowed": "/service-worker"}
    )


ROUTES = [Route("/service-worker", home), Route("/service-worker/worker.js", worker)]
