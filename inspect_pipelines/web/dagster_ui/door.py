"""`/dagster`: Dagster's UI behind our door; its own server is reached by us only, or by whom its network lets in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

import anyio.to_thread
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.engine.addresses import UI_PREFIX
from inspect_pipelines.errors import Forbidden, Unauthenticated
from inspect_pipelines.web.access.declaration import ANYBODY, is_for, permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.dagster_ui.admission import Refusal, refusal, stranger
from inspect_pipelines.web.dagster_ui.forwarding import ADMITTED_EVERY_SECONDS, Forwarding
from inspect_pipelines.web.dagster_ui.place import Place

REFUSED_SOCKET = 1008  # RFC 6455: policy violation


class DagsterDoor:
    """An ASGI application: refuse, or forward.

    Args:
        gate: Who may come in at all.
        place: Where Dagster's own server listens, while it is up.
        origins: As in `admission.refusal`.
        admitted_every_seconds: How often it is asked whether a WebSocket may stay.
    """

    declaration = permitted(Permission.DEPLOYMENT_ADMIN)

    def __init__(
        self,
        gate: Gate,
        place: Place,
        *,
        origins: Collection[str] = (),
        admitted_every_seconds: float = ADMITTED_EVERY_SECONDS,
    ) -> None:
        self._gate, self._origins = gate, origins
        self._forwarding = Forwarding(place, admitted_every_seconds=admitted_every_seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        unknown = await anyio.to_thread.run_sync(self._unknown, scope)
        if scope["type"] == "websocket":
            if unknown or stranger(headers, scheme=scope["scheme"], origins=self._origins):
                await send({"type": "websocket.close", "code": REFUSED_SOCKET})
            else:
                await self._forwarding.websocket(
                    scope, receive, send, may_stay=partial(self._may_stay, scope)
                )
            return
        refused = unknown or refusal(
            scope["method"], scope["path"], headers, scheme=scope["scheme"], origins=self._origins
        )
        if refused:
            answer = JSONResponse({"error": refused.sentence}, status_code=refused.status)
            await answer(scope, receive, send)
        else:
            await self._forwarding.http(scope, receive, send)

    def routes(self) -> Sequence[BaseRoute]:
        """Everything below the prefix."""
        return [Route(UI_PREFIX, _to_its_root), Mount(UI_PREFIX, app=self)]

    async def close(self) -> None:
        await self._forwarding.close()

    async def _may_stay(self, scope: Scope) -> bool:
        return await anyio.to_thread.run_sync(self._unknown, scope) is None

    def _unknown(self, scope: Scope) -> Refusal | None:
        try:
            self._gate.admit(HTTPConnection(scope), self.declaration)
        except (Unauthenticated, Forbidden) as error:
            return Refusal(401 if isinstance(error, Unauthenticated) else 403, str(error))
        return None


@is_for(ANYBODY)
def _to_its_root(request: Request) -> Response:
    return RedirectResponse(f"{UI_PREFIX}/")
