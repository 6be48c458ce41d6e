"""A member's password is set by an administrator; a form that is kept under no key, since it holds a secret."""

from __future__ import annotations

from collections.abc import Iterator

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.errors import UsageError
from inspect_pipelines.usecases.access.set_password import set_password
from inspect_pipelines.web.access.declaration import is_for, permitted
from inspect_pipelines.web.access.origin import refuse_strangers
from inspect_pipelines.web.console.forms import SEE_OTHER, Fields, fields_of
from inspect_pipelines.web.console.own_password import MOST_BYTES
from inspect_pipelines.web.console.shell import Seen, Shell


def member_password(shell: Shell) -> Iterator[BaseRoute]:
    """`POST /settings/members/{login}/password`."""

    @is_for(permitted(Permission.ACCESS_ADMIN))
    async def set_one(request: Request) -> Response:
        refuse_strangers(request.headers, scheme=request.url.scheme, origins=shell.gate.origins)
        seen = await anyio.to_thread.run_sync(shell.see, request)  # before a byte of it is kept
        shell.gate.rates.spend_of(seen.caller)
        fields = await fields_of(request, MOST_BYTES)
        return await anyio.to_thread.run_sync(changed, seen, fields)

    def changed(seen: Seen, fields: Fields) -> Response:
        login, wanted = seen.request.path_params["login"], fields.one("new")
        if wanted != fields.one("again"):
            raise UsageError(
                f"the password of {login!r} was typed in two ways, so it stays as it is; type it again"
            )
        set_password(seen.house, login, wanted, by=seen.caller.actor, caller=seen.caller)
        return RedirectResponse(seen.link("/settings/members", set=login), SEE_OTHER)

    yield Route("/settings/members/{login}/password", set_one, methods=["POST"])
