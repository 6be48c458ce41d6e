"""How pages look is chosen; the browser keeps it, so it is no deed and stands in no audit."""

from __future__ import annotations

from collections.abc import Iterator

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from inspect_pipelines.web.access.declaration import KNOWN, is_for
from inspect_pipelines.web.access.origin import refuse_strangers
from inspect_pipelines.web.console.forms import SEE_OTHER, fields_of
from inspect_pipelines.web.console.looks import keep
from inspect_pipelines.web.console.shell import Shell

MOST_BYTES = 4_096


def own_looks(shell: Shell) -> Iterator[BaseRoute]:
    """`POST /settings/looks`."""

    @is_for(KNOWN)
    async def choose(request: Request) -> Response:
        refuse_strangers(request.headers, scheme=request.url.scheme, origins=shell.gate.origins)
        seen = await anyio.to_thread.run_sync(shell.see, request)
        shell.gate.rates.spend_of(seen.caller)
        fields = await fields_of(request, MOST_BYTES)
        response = RedirectResponse(seen.link("/settings", said="looks"), SEE_OTHER)
        keep(response, request, fields.one("theme"), fields.one("zone").strip() or "UTC")
        return response

    yield Route("/settings/looks", choose, methods=["POST"])
