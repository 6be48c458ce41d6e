"""What stands where a picture is kept no more: a page shows the sentence in its place, and no broken picture."""

from __future__ import annotations

import textwrap
from html import escape

from fastapi import Request
from fastapi.responses import JSONResponse, Response

WIDE, HIGH = 640, 400  # px, the shape of most views; pages scale it as they scale the picture
LINE_CHARACTERS, LINE_PX = 46, 28
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"


def missing(request: Request, sentence: str, status: int = 404) -> Response:
    """Drawn, where a page wants a picture (browsers show it whatever the status); else as JSON."""
    if not wants_picture(request):
        return JSONResponse({"error": sentence}, status_code=status)
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    return Response(drawn(sentence), status, headers, media_type="image/svg+xml")


def wants_picture(request: Request) -> bool:
    """Whether a browser asks for what stands in an `<img>`."""
    return request.headers.get("Sec-Fetch-Dest") == "image"


def drawn(sentence: str) -> str:
    """The sentence as an SVG, with a line for each 46 characters."""
    lines = textwrap.wrap(sentence[:1].upper() + sentence[1:], LINE_CHARACTERS)
    first = HIGH / 2 - LINE_PX * (len(lines) - 1) / 2
    told = "".join(
        f'<text x="{WIDE / 2:g}" y="{first + LINE_PX * number:g}">{escape(line)}</text>'
        for number, line in enumerate(lines)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDE}" height="{HIGH}" viewBox="0 0 {WIDE} {HIGH}" '
        'font-family="system-ui, sans-serif" font-size="20" text-anchor="middle" fill="#57534e">'
        f'<rect width="{WIDE}" height="{HIGH}" fill="#f5f5f4" stroke="#a8a29e" stroke-dasharray="8 6"/>{told}</svg>'
    )
