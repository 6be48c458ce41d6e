"""Requests and WebSockets, handed on to an HTTP server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import quote

import anyio
import httpx
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from inspect_pipelines.web.dagster_ui.place import Place

# RFC 9110, 7.6.1: they belong to one connection; and what our own server says of itself.
OF_ONE_CONNECTION = frozenset(
    {
        *(b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection"),
        *(b"te", b"trailer", b"transfer-encoding", b"upgrade", b"date", b"server"),
    }
)
OF_OURS = frozenset(
    (b"authorization", b"cookie")
)  # who asks is known by then, and nobody behind us needs to be them
ADMITTED_EVERY_SECONDS = 15.0  # as streams are
REFUSED = 1008  # RFC 6455: policy violation
TRY_AGAIN_LATER = 1013  # a WebSocket's end, RFC 6455's registry


class Forwarding:
    """To one server; nothing is opened before the first request.

    Args:
        place: Where it listens.
        admitted_every_seconds: How often it is asked whether a WebSocket may stay.
    """

    def __init__(self, place: Place, *, admitted_every_seconds: float = ADMITTED_EVERY_SECONDS) -> None:
        self._place, self._admitted_every = place, admitted_every_seconds
        self._left_out = OF_OURS | {b"host"} if place.has_own_name else OF_OURS
        self._client = place.client()

    async def close(self) -> None:
        await self._client.aclose()

    async def http(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request and its answer, neither held in memory; the path stays as it was asked, and Host where it is ours."""
        request = Request(scope, receive)
        onward = httpx.Request(
            scope["method"],
            httpx.URL(self._place.origin).copy_with(raw_path=_target(scope)),
            headers=[one for one in _kept(request.headers.raw) if one[0].lower() not in self._left_out],
            content=_body(request) if scope["method"] == "POST" else None,
        )
        try:
            answer = await self._answer(onward)
        except ClientDisconnect:
            return
        except httpx.HTTPError:
            await JSONResponse({"error": self._place.away}, status_code=503)(scope, receive, send)
            return
        try:
            await send(_start_of(answer))
            async for chunk in answer.aiter_raw():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            await answer.aclose()

    async def _answer(self, onward: httpx.Request) -> httpx.Response:
        try:
            return await self._client.send(onward, stream=True)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            if onward.method == "POST":  # it may have been done
                raise
        return await self._client.send(onward, stream=True)  # an idle connection had just been closed

    async def websocket(
        self, scope: Scope, receive: Receive, send: Send, *, may_stay: Callable[[], Awaitable[bool]]
    ) -> None:
        """One WebSocket, until either side ends it, or whoever opened it may not any more."""
        ours = WebSocket(scope, receive, send)
        try:
            theirs = await self._place.websocket(_target(scope).decode(), scope["subprotocols"] or None)
        except (OSError, InvalidHandshake):
            await ours.close(TRY_AGAIN_LATER)
            return
        async with theirs:
            await ours.accept(theirs.subprotocol)
            async with anyio.create_task_group() as both:
                both.start_soon(_onward, ours, theirs, both.cancel_scope)
                both.start_soon(_back, theirs, ours, both.cancel_scope)
                both.start_soon(_watch, ours, may_stay, self._admitted_every, both.cancel_scope)


async def _watch(
    ours: WebSocket, may_stay: Callable[[], Awaitable[bool]], seconds: float, scope: anyio.CancelScope
) -> None:
    while True:
        await anyio.sleep(seconds)
        if not await may_stay():
            await ours.close(REFUSED)
            scope.cancel()
            return


async def _onward(ours: WebSocket, theirs: ClientConnection, scope: anyio.CancelScope) -> None:
    try:
        while (message := await ours.receive())["type"] == "websocket.receive":
            text = message.get("text")
            await theirs.send(message["bytes"] if text is None else text)
    except ConnectionClosed:
        pass  # `_back` tells
    else:
        scope.cancel()


async def _back(theirs: ClientConnection, ours: WebSocket, scope: anyio.CancelScope) -> None:
    try:
        async for message in theirs:
            await (ours.send_text(message) if isinstance(message, str) else ours.send_bytes(message))
    except ConnectionClosed:
        pass
    await ours.close(theirs.close_code or TRY_AGAIN_LATER)
    scope.cancel()


def _target(scope: Scope) -> bytes:
    """Path and query; the path is encoded anew, so that what was checked is what arrives."""
    query: bytes = scope["query_string"]
    return quote(scope["path"]).encode() + (b"?" + query if query else b"")


def _kept(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name, text) for name, text in headers if name.lower() not in OF_ONE_CONNECTION]


async def _body(request: Request) -> AsyncIterator[bytes]:
    async for chunk in request.stream():
        yield chunk


def _start_of(answer: httpx.Response) -> Message:
    start = {
        "type": "http.response.start",
        "status": answer.status_code,
        "headers": [
            one for one in _kept(answer.headers.raw) if one[0].lower() != b"set-cookie"
        ],  # ours to set
    }
    headers = MutableHeaders(scope=start)
    # Our own policy would stop its workers and styles; Dagster sets one on each of its pages.
    headers.setdefault("Content-Security-Policy", "frame-ancestors 'none'")
    if "etag" in headers:
        headers.setdefault(
            "Cache-Control", "private, no-cache"
        )  # 10 MB of scripts: asked about, not sent again
    return start
