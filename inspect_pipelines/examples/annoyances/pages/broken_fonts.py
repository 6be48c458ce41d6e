"""One font is missing, another one is no font: the text shows in a third."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from inspect_pipelines.examples.annoyances.layout import shown

HEAD = """<style>@font-face{font-family:Missing;src:url(/broken-fonts/missing.woff2)}@font-face{font-family:Torn;src:url(/broken-fonts/torn.woff2)}
h1{font-family:Missing,serif}p{font-family:Torn,monospace}</style>"""


async def torn(request: Request) -> Response:
    """What is called a font and is none."""
    return Response("this is no font", media_type="font/woff2")


ROUTES = [
    Route("/broken-fonts/torn.woff2", torn),
    shown("/broken-fonts", "Letters", "<p>The quick brown fox.</p>", head=HEAD),
]
