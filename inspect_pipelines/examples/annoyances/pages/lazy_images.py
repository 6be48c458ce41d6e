"""Pictures that are fetched only once they are scrolled to: by the browser, and by a script of the page."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from inspect_pipelines.examples.annoyances.layout import shown

ANSWERS_AFTER_SECONDS = 0.15
BODY = (
    "".join(
        f"<figure style='height:700px'><img {source} width=640 height=400 alt='Room {number}'><figcaption>Room {number}</figcaption></figure>"
        for number, source in enumerate(
            (
                "loading=lazy src=/lazy-images/1.svg",
                "loading=lazy src=/lazy-images/2.svg",
                "data-src=/lazy-images/3.svg",
            ),
            start=1,
        )
    )
    + """<script>const seen = new IntersectionObserver((all) => all.forEach((each) => {
  if (each.isIntersecting) each.target.src = each.target.dataset.src;
}));
for (const each of document.querySelectorAll("[data-src]")) seen.observe(each)</script>"""
)
PICTURE = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 640 400'><rect width='640' height='400' fill='hsl({hue} 40% 60%)'/></svg>"


async def picture(request: Request) -> Response:
    """A room, a little late."""
    await asyncio.sleep(ANSWERS_AFTER_SECONDS)
    return Response(
        PICTURE.format(hue=90 * request.path_params["number"]),
        media_type="image/svg+xml",
        headers={"Cache-Control": "no-store"},
    )


ROUTES = [Route("/lazy-images/{number:int}.svg", picture), shown("/lazy-images", "Rooms", BODY)]
