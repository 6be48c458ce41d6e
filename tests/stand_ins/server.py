"""A strict stand-in for a service, over real HTTP on loopback; a test may make it misbehave."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

HANG_SECONDS = 60  # longer than any test waits


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]  # lower-case names
    body: bytes
    target: str = ""  # path and query as they were sent

    def json(self) -> Any:
        return json.loads(self.body)

    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass(frozen=True)
class Says:
    """One answer: what a service says, or how it breaks."""

    status: int = 200
    body: Any = None  # bytes, text, or JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    breaks: str = ""  # `hang`, `drip`, `close`, `half`

    def raw(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


class StandIn:
    """Answers by `answer`, unless `next` holds something else."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self.next: deque[Says | None] = deque()  # None: as usual
        self.closing = threading.Event()
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                parts = urlsplit(self.path)
                request = Request(
                    self.command,
                    parts.path,
                    {name: values[0] for name, values in parse_qs(parts.query).items()},
                    {name.lower(): value for name, value in self.headers.items()},
                    self.rfile.read(int(self.headers.get("Content-Length") or 0)),
                    self.path,
                )
                stand_in.requests.append(request)
                said = (stand_in.next.popleft() if stand_in.next else None) or stand_in.answer(request)
                stand_in.tell(self, said)

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_any

            def log_message(self, *_: object) -> None:
                pass

        self.server = _Server(("127.0.0.1", 0), Handler)
        if tls is not None:
            self.server.socket = tls.wrap_socket(
                self.server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port = self.server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    def answer(self, request: Request) -> Says:
        return Says(404, {"message": f"no such place: {request.method} {request.path}"})

    def tell(self, handler: BaseHTTPRequestHandler, said: Says) -> None:
        if said.breaks == "hang":
            self.closing.wait(HANG_SECONDS)
        elif said.breaks == "drip":  # a byte now and then: no single wait is long
            handler.connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not self.closing.wait(0.05):
                handler.connection.sendall(b"x")
        elif said.breaks == "half":  # of the answer
            handler.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
        elif said.breaks == "close":
            handler.connection.shutdown(socket.SHUT_RDWR)
        else:
            raw = said.raw()
            handler.send_response(said.status)
            for name, value in {"Content-Type": "application/json", **said.headers}.items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(raw)))
            handler.end_headers()
            handler.wfile.write(raw)
        handler.close_connection = True

    def close(self) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no news."""
