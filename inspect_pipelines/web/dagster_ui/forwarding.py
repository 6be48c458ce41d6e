"""Requests and WebSockets, handed on to an HTTP server on a Unix socket."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import quote

import anyio
import httpx
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from websockets.asyncio.client import ClientConnection, unix_connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

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
TIMEOUT = httpx.Timeout(
    120.0, connect=30.0
)  # a launch without a daemon waits for the run's process; nobody there is known at once
IDLE_CONNECTIONS = 20
IDLE_SECONDS = 2.0  # the server closes them after five; one that it closes as we use it has lost a request
TRY_AGAIN_LATER = 1013  # a WebSocket's end, RFC 6455's registry
AWAY = "Dagster's UI does not answer; it is coming up, or `up` runs with --no-ui; see logs/ui.log"


class Forwarding:
    """To one server; nothing is opened before the first request.

    Args:
        socket: Where it listens.
        admitted_every_seconds: How often it is asked whether a WebSocket may stay.
    """

    def __init__(self, socket: str, *, admitted_every_seconds: float = ADMITTED_EVERY_SECONDS) -> None:
        self._socket, self._admitted_every = socket, admitted_every_seconds
        limits = httpx.Limits(
            max_connections=None,
            max_keepalive_connections=IDLE_CONNECTIONS,
            keepalive_expiry=IDLE_SECONDS,
        )
        # Nobody speaks TLS on a socket of this machine, and to read whom we trust delays the start.
        trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        transport = httpx.AsyncHTTPTransport(verify=trusted, uds=self._socket, limits=limits)
        self._client = httpx.AsyncClient(transport=transport, timeout=TIMEOUT, trust_env=False)

    async def close(self) -> None:
        await self._client.aclose()

    async def http(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request and its answer, neither held in memory; Host and path stay as they were asked."""
        request = Request(scope, receive)
        onward = httpx.Request(
            scope["method"],
            httpx.URL(scheme="http", host="dagster", raw_path=_target(scope)),
            headers=[one for one in _kept(request.headers.raw) if one[0].lower() not in OF_OURS],
            content=_body(request) if scope["method"] == "POST" else None,
        )
        try:
            answer = await self._answer(onward)
        except ClientDisconnect:
            return
        except httpx.HTTPError:
            await JSONResponse({"error": AWAY}, status_code=503)(scope, receive, send)
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
            theirs = await unix_connect(
                self._socket,
                f"ws://dagster{_target(scope).decode()}",
                subprotocols=scope["subprotocols"] or None,
                compression=None,
                max_size=None,  # an event log's page may be long, and it comes from our own server
            )
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
        "headers": _kept(answer.headers.raw),
    }
    headers = MutableHeaders(scope=start)
    # Our own policy would stop its workers and styles; Dagster sets one on each of its pages.
    headers.setdefault("Content-Security-Policy", "frame-ancestors 'none'")
    if "etag" in headers:
        headers.setdefault(
            "Cache-Control", "private, no-cache"
        )  # 10 MB of scripts: asked about, not sent again
    return start
