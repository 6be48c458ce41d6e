"""An advertisement that is another one, of another height, on every visit; and a visitor's number beside it."""

from __future__ import annotations

import random

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from inspect_pipelines.examples.annoyances.layout import page


async def news(request: Request) -> Response:
    """The page around it is always the same."""
    height, hue, visitor = random.randint(60, 300), random.randint(0, 359), random.randint(1, 999_999)
    return page(
        "News",
        f"<p>You are visitor <b class=visitor>{visitor}</b> of today.</p>"
        f"<aside class=ad style='height:{height}px;background:hsl({hue} 70% 70%)'>Buy {visitor} sofas</aside>"
        "<p class=card>The new workshop opens in May.</p>",
    )


ROUTES = [Route("/random-ad", news)]
