"""Connections: who does not come to the end of a request's headers, or goes on after the answer, is let go."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from inspect_pipelines.web.api.problem import INVALID, MEDIA_TYPE, body_of

HEADER_SECONDS = 5.0
HEADER_BYTES = 65_536
# Connections without a whole request. One more, and the oldest is closed: an honest sender needs milliseconds, and a
# process that may open 1024 files must have some left to answer others.
UNFINISHED = 256


class Connection(AutoHTTPProtocol):  # type: ignore[misc,valid-type]  # it depends on what is installed
    """uvicorn's, with bounds of time, bytes and number."""

    _unfinished: dict[Connection, None] = {}  # noqa: RUF012 - of the one server of this process, oldest first

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head_bytes = 0
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._await_headers()
        if len(self._unfinished) > UNFINISHED:
            next(iter(self._unfinished))._let_go()

    def connection_lost(self, exc: Exception | None) -> None:
        self._finished()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        while data and self._is_between_requests():
            if self._deadline is None:
                self._await_headers()
            # never more at once than may still come: what is behind the headers is no part of their size
            taken, data = (
                data[: HEADER_BYTES + 1 - self._head_bytes],
                data[HEADER_BYTES + 1 - self._head_bytes :],
            )
            self._head_bytes += len(taken)
            before = self.cycle
            super().data_received(taken)
            if self.transport.is_closing():
                return
            if self.cycle is not before:
                self._finished()
            elif self._is_rest_of_answered():
                self._head_bytes = 0
            elif self._head_bytes > HEADER_BYTES:
                self.send_400_response(f"The headers of a request may have {HEADER_BYTES} bytes.")
                return
        if data:
            super().data_received(data)

    def send_400_response(self, msg: str) -> None:
        """A problem as any other that a client may get, whatever it asked for: that was not read."""
        body = json.dumps(body_of(INVALID, msg)).encode("ascii")
        head = (
            "HTTP/1.1 400 Bad Request",
            f"content-type: {MEDIA_TYPE}",
            f"content-length: {len(body)}",
            "connection: close",
        )
        self.transport.write("\r\n".join((*head, "", "")).encode("ascii") + body)
        self.transport.close()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._is_rest_of_answered() and not self.transport.is_closing():
            self._await_headers()  # the rest of a body that was refused may come, but not for long

    def handle_websocket_upgrade(self, *event: Any) -> None:
        self._finished()  # the request is whole, and its connection another protocol's from here on
        super().handle_websocket_upgrade(*event)

    def _is_between_requests(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _is_rest_of_answered(self) -> bool:
        return self.cycle is not None and self.cycle.response_complete and self.cycle.more_body

    def _await_headers(self) -> None:
        self._finished()
        self._unfinished[self] = None
        self._deadline = self.loop.call_later(HEADER_SECONDS, self._let_go)

    def _finished(self) -> None:
        self._head_bytes = 0
        self._unfinished.pop(self, None)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _let_go(self) -> None:
        self._finished()
        if not self.transport.is_closing():
            self.transport.close()
