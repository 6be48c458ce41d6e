"""A film that starts by itself and never ends."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route

from inspect_pipelines.examples.annoyances.layout import shown

CLIP = Path(__file__).parents[1] / "clip.webm"


async def clip(request: Request) -> FileResponse:
    """Two seconds of a ball; parts of it where the browser asks for parts."""
    return FileResponse(CLIP, media_type="video/webm")


ROUTES = [
    Route("/video/clip.webm", clip),
    shown(
        "/video",
        "The workshop",
        "<video src=/video/clip.webm width=576 height=324 autoplay muted loop playsinline></video>",
    ),
]
