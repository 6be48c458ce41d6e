"""A proxy on loopback before several web processes: in turn, to whoever says at /readyz that it is ready, and never twice.

It asks each one again and again, keeps connections for what comes next, and passes on piece by piece. What it cannot pass on is
a 502: nothing is tried at another one, so a request that a process refuses is seen.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import httpx

LOOK_SECONDS = 0.1
OF_CONNECTION = {"connection", "transfer-encoding", "keep-alive"}


class Backend:
    """One web process, as the proxy knows it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_ready = False
        self.client = httpx.Client(base_url=url, timeout=120, trust_env=False)

    def look(self) -> None:
        try:
            self.is_ready = self.client.get("/readyz").status_code == 200
        except httpx.HTTPError:
            self.is_ready = False


class Proxy(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.backends: list[Backend] = []
        self.answered_by: list[str] = []  # whom each request went to
        self._turns = count()
        self._ends = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def next(self) -> Backend | None:
        ready = [one for one in self.backends if one.is_ready]
        return ready[next(self._turns) % len(ready)] if ready else None

    def look(self) -> None:
        while not self._ends.wait(LOOK_SECONDS):
            for one in self.backends:
                one.look()

    def end(self) -> None:
        self._ends.set()
        self.shutdown()
        self.server_close()


class _Passing(BaseHTTPRequestHandler):
    server: Proxy
    protocol_version = "HTTP/1.1"

    def _pass_on(self) -> None:
        backend = self.server.next()
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        if backend is None:
            self._say(503, b"nobody is ready")
            return
        headers = [(name, value) for name, value in self.headers.items() if name.lower() not in OF_CONNECTION]
        headers += [("X-Forwarded-For", self.client_address[0]), ("X-Forwarded-Proto", "https")]
        self.server.answered_by.append(backend.url)
        try:
            with backend.client.stream(self.command, self.path, content=body, headers=headers) as answer:
                self.send_response(answer.status_code)
                for name, value in answer.headers.multi_items():
                    if name not in OF_CONNECTION:
                        self.send_header(name, value)
                self.send_header("connection", "close")
                self.end_headers()
                for piece in answer.iter_raw():
                    self.wfile.write(piece)
                    self.wfile.flush()
        except httpx.HTTPError as error:
            self._say(502, f"{backend.url}: {error!r}".encode())
        except OSError:
            pass  # whoever asked has gone
        self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = _pass_on

    def _say(self, status: int, text: bytes) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def a_proxy() -> Iterator[Proxy]:
    proxy = Proxy()
    for work in (proxy.serve_forever, proxy.look):
        threading.Thread(target=work, daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.end()
        for one in proxy.backends:
            one.client.close()
