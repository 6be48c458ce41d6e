"""`/dagster` where others run Dagster at an address of their own: people are sent there."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

import anyio.to_thread
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.types import Receive, Scope, Send

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.engine.addresses import UI_PREFIX
from inspect_pipelines.errors import Forbidden, Unauthenticated
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate


class DagsterLink:
    """An ASGI application; whoever may see Dagster's UI is shown where it is, nobody else.

    Args:
        url: Of the UI there.
    """

    declaration = permitted(Permission.DEPLOYMENT_ADMIN)

    def __init__(self, gate: Gate, url: str) -> None:
        self._gate, self._url = gate, url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        answer = await anyio.to_thread.run_sync(self._answer, scope)
        await answer(scope, receive, send)

    def routes(self) -> Sequence[BaseRoute]:
        """Everything below the prefix."""
        return [Mount(UI_PREFIX, app=self)]

    async def close(self) -> None:
        """Nothing is open."""

    def _answer(self, scope: Scope) -> Response:
        try:
            self._gate.admit(HTTPConnection(scope), self.declaration)
        except (Unauthenticated, Forbidden) as error:
            status = 401 if isinstance(error, Unauthenticated) else 403
            return JSONResponse({"error": str(error)}, status_code=status)
        if scope["method"] not in ("GET", "HEAD"):
            where = f"Dagster is run elsewhere: ask it at {self._url}"
            return JSONResponse({"error": where}, status_code=405)
        below = scope["path"].removeprefix(UI_PREFIX).lstrip("/")
        return RedirectResponse(f"{self._url}/{quote(below)}")
