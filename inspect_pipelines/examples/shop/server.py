"""The demo shop on loopback: `with Shop() as shop: .. shop.url .. shop.regression(True)`."""

from __future__ import annotations

import json
import sys
import threading
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from inspect_pipelines.errors import Unavailable
from inspect_pipelines.examples.shop.site import Answer, Request, Site

LOOPBACK = "127.0.0.1"
LARGEST_FORM = 64 * 1024  # bytes
SWITCH = "/__demo/regression"  # demo only; answers JSON posts, which no page of another site can send unasked
BASKET_COOKIE = "basket"


class Shop:
    """A running shop with its own memory; several may run side by side.

    Args:
        port: 0 takes a free one.
        regression: Start with the seeded regression on.

    Raises:
        Unavailable: On entering: the port is taken.
    """

    def __init__(self, *, port: int = 0, regression: bool = False) -> None:
        self.site = Site(regression=regression)
        self._wanted_port = port
        self._server: _Server | None = None

    def __enter__(self) -> Self:
        try:
            self._server = _Server((LOOPBACK, self._wanted_port), self.site)
        except OSError as error:
            raise Unavailable(
                f"the demo shop cannot listen on port '{self._wanted_port}': {error.strerror}; "
                "give another port, or 0 for any free one"
            ) from error
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        if self._server is None:
            raise RuntimeError("the shop is closed; use it as `with Shop() as shop:`")
        return f"http://{LOOPBACK}:{self._server.server_port}"

    def regression(self, on: bool) -> None:
        """Switch the seeded regression; the next request sees it."""
        self.site.regression = on


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # a browser's idle connection must not keep the shop open
    request_queue_size = (
        128  # connections; with the default of 5 a rush of visitors waits a second for its second try
    )

    def __init__(self, address: tuple[str, int], site: Site) -> None:
        self.site = site
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about visitors who hang up; tell about everything else."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "FjordAndOak", ""
    timeout = 30  # seconds an idle connection stays open
    disable_nagle_algorithm = True  # headers and body go out as two writes
    wbufsize = -1

    def do_GET(self) -> None:
        self._send(self._visit({}))

    def do_HEAD(self) -> None:
        self._send(self._visit({}))

    def do_POST(self) -> None:
        text = self._read_body()
        if text is None:
            return
        if self._path() == SWITCH:
            self._send(self._switch(text))
        else:
            self._send(self._visit(dict(parse_qsl(text, keep_blank_values=True))))

    def _visit(self, form: dict[str, str]) -> Answer:
        method = "GET" if self.command == "HEAD" else self.command
        return self.server.site.answer(Request(self._path(), method, form, self._basket_cookie()))

    def _path(self) -> str:
        return urlsplit(self.path).path

    def _basket_cookie(self) -> str:
        try:
            cookies = SimpleCookie(self.headers.get("Cookie", ""))
        except CookieError:
            return ""
        return cookies[BASKET_COOKIE].value if BASKET_COOKIE in cookies else ""

    def _read_body(self) -> str | None:
        """The body's text; None when it was refused and answered."""
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit() and int(length) <= LARGEST_FORM):
            self.close_connection = True  # the unread body would be taken for the next request
            self.send_error(413, "A body needs a Content-Length of at most 64 KiB")
            return None
        return self.rfile.read(int(length)).decode(errors="replace")

    def _switch(self, text: str) -> Answer:
        if self.headers.get_content_type() != "application/json":
            return _json({"error": "send application/json"}, 415)
        try:
            wish = json.loads(text)
        except ValueError:
            wish = None
        if not isinstance(wish, dict) or not isinstance(wish.get("on"), bool):
            return _json({"error": 'say {"on": true} or {"on": false}'}, 400)
        self.server.site.regression = wish["on"]
        return _json({"on": wish["on"]})

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-store")
        if answer.location:
            self.send_header("Location", answer.location)
        if answer.basket is not None:
            self.send_header("Set-Cookie", f"{BASKET_COOKIE}={answer.basket}; Path=/; HttpOnly; SameSite=Lax")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Stay quiet: the terminal belongs to whoever runs the demo."""


def _json(value: object, status: int = 200) -> Answer:
    return Answer(json.dumps(value).encode(), status, "application/json")
