"""One's own password is changed, knowing the one of now; a form that is kept under no key, since it holds two secrets."""

from __future__ import annotations

from collections.abc import Iterator

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from inspect_pipelines.errors import UsageError
from inspect_pipelines.usecases.access.set_password import change_password
from inspect_pipelines.web.access.declaration import KNOWN, is_for
from inspect_pipelines.web.access.origin import refuse_strangers
from inspect_pipelines.web.access.rates import LOGIN
from inspect_pipelines.web.console.forms import SEE_OTHER, Fields, fields_of
from inspect_pipelines.web.console.shell import Seen, Shell

MOST_BYTES = 16_384  # of a form with three passwords


def own_password(shell: Shell) -> Iterator[BaseRoute]:
    """`POST /settings/password`."""

    @is_for(KNOWN)
    async def change(request: Request) -> Response:
        refuse_strangers(request.headers, scheme=request.url.scheme, origins=shell.gate.origins)
        seen = await anyio.to_thread.run_sync(shell.see, request)  # before a byte of it is kept
        shell.gate.rates.spend_of(seen.caller)
        fields = await fields_of(request, MOST_BYTES)
        return await anyio.to_thread.run_sync(changed, seen, fields)

    def changed(seen: Seen, fields: Fields) -> Response:
        caller, wanted = seen.caller, fields.one("new")
        if wanted != fields.one("again"):
            raise UsageError("the new password was typed in two ways, so it stays as it is; type it again")
        shell.gate.rates.spend(LOGIN, f"{caller.org_id}/{caller.actor}", "whoever changes their password")
        change_password(seen.house, caller, fields.one("old"), wanted)
        return RedirectResponse(seen.link("/settings", said="password"), SEE_OTHER)

    yield Route("/settings/password", change, methods=["POST"])
