"""A door that the browser itself asks about: name and password before any page."""

from __future__ import annotations

import base64
import hmac

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from inspect_pipelines.examples.annoyances.layout import page

USERNAME, PASSWORD = "qa", "open-sesame"


async def inside(request: Request) -> Response:
    """The page for those who know the word."""
    known = "Basic " + base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
    if hmac.compare_digest(request.headers.get("Authorization", "").encode(), known.encode()):
        return page("Staging", "<p>Only for the team.</p>")
    refused = page("Who are you?", "<p>Ask the team for the word.</p>", status=401)
    refused.headers["WWW-Authenticate"] = 'Basic realm="staging"'
    return refused


ROUTES = [Route("/basic-auth", inside)]
