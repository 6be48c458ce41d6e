"""An S3 server that is unwell, as S3's error list says it: for what a healthy one cannot be made to do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class SickStorage(ThreadingHTTPServer):
    """Answers each request with a status and S3's code for it; with None it never answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer: tuple[int, str] | None = (503, "SlowDown")
        self.well_after: int | None = (
            None  # so many requests are answered badly, the others as by a server that is well
        )
        self.asked: list[str] = []
        self.is_over = threading.Event()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: SickStorage
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        assert self.headers["Authorization"].startswith("AWS4-HMAC-SHA256 ")
        assert len(body) == int(self.headers.get("Content-Length") or 0)
        self.server.asked.append(self.command)
        if self.server.well_after is not None and len(self.server.asked) > self.server.well_after:
            self._send(200, b"")
        elif self.server.answer is None:
            self.server.is_over.wait()
            self.close_connection = True
        else:
            status, code = self.server.answer
            text = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>told</Message></Error>"
            self._send(status, b"" if self.command == "HEAD" else text.encode())

    do_GET = do_PUT = do_HEAD = do_DELETE = _answer

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("ETag", '"0"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def a_sick_storage() -> Iterator[SickStorage]:
    server = SickStorage()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.is_over.set()
        server.shutdown()
        server.server_close()
        thread.join()
