"""Whoever comes twice within ten seconds is sent away: 429, with the time to come again."""

from __future__ import annotations

import secrets
import time

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from inspect_pipelines.examples.annoyances.layout import page

COOKIE = "rate-limit"
EVERY_SECONDS = 10.0
seen: dict[str, float] = {}  # visitor -> when, on the monotonic clock


async def search(request: Request) -> Response:
    """The page, or the door."""
    visitor = request.cookies.get(COOKIE) or secrets.token_hex()
    before, now = seen.get(visitor), time.monotonic()
    if before is not None and now - before < EVERY_SECONDS:
        refused = page("Too many requests", "<p>Take a breath.</p>", status=429)
        refused.headers["Retry-After"] = "30"
        return refused
    seen[visitor] = now
    answer = page("Search", "<p>Three chairs found.</p>")
    answer.set_cookie(COOKIE, visitor, path="/rate-limit", httponly=True, samesite="lax")
    return answer


ROUTES = [Route("/rate-limit", search)]
