"""A link answers with a file, and no page comes."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from inspect_pipelines.examples.annoyances.layout import shown

PRICES = "piece;price\nOak chair;120\nPine table;340\n"


async def prices(request: Request) -> Response:
    """The list, as a file to keep."""
    disposition = {"Content-Disposition": 'attachment; filename="prices.csv"'}
    return Response(PRICES, media_type="text/csv", headers=disposition)


ROUTES = [
    Route("/download/prices.csv", prices),
    shown("/download", "Prices", "<a href=/download/prices.csv>Price list</a>"),
]
