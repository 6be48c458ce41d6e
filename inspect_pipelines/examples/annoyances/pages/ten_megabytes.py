"""A page of ten megabytes: a table of which most is folded away, and data for scripts."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from inspect_pipelines.examples.annoyances.layout import page

BYTES = 10_000_000
ROW = "<tr><td>{number}</td><td>A chair that nobody has ordered yet</td></tr>"
FOLDED = 20_000  # rows


async def ledger(request: Request) -> Response:
    """The same bytes for everybody."""
    rows = "".join(ROW.format(number=number) for number in range(FOLDED))
    table = f"<p class=card>Twelve chairs are on their way.</p><details><summary>All of them</summary><table>{rows}</table></details>"
    padding = "0" * (BYTES - len(table))
    return page("Ledger", f"{table}<script type=application/json>{padding}</script>")


ROUTES = [Route("/ten-megabytes", ledger)]
