"""A small site on loopback for the tests of browser sessions."""

from __future__ import annotations

import base64
import struct
import threading
import time
import zlib
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from urllib.parse import parse_qs, urlsplit

from loopback_site.pages import ERROR, PAGES
from resources.sessions.browser.stamp import font_files

HANG_SECONDS = 30


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that goes away in the middle of an answer is no news."""


class Site:
    """Serves the pages until closed; counts what was asked for."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.agents: dict[str, str] = {}  # path -> who asked last
        self.closing = threading.Event()
        self.own: dict[str, str] = {}  # pages of one test, by path
        self.documents: dict[str, tuple[str, bytes, dict[str, str]]] = {}  # path -> kind, body, headers
        self.heard: list[tuple[str, dict[str, str]]] = []  # host and headers of each request
        self.protected: dict[str, str] = {}  # path -> what opens it
        self.redirects: dict[str, str] = {}
        self.answers: dict[str, tuple[int, str, dict[str, str]]] = {}  # path -> status, page, headers
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.requests.append(self.path)
                site.heard.append((self.headers.get("Host", ""), dict(self.headers.items())))
                site.agents[self.path] = self.headers.get("User-Agent", "")
                answer(self, site)

            def do_POST(self) -> None:
                """`/echo` says what came: the body and the cookies."""
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                site.requests.append(self.path)
                send(self, body + b" " + self.headers.get("Cookie", "").encode(), "text/plain")

            def do_DELETE(self) -> None:
                site.requests.append(f"DELETE {self.path}")
                send(self, b"", "text/plain", status=204)

            def log_message(self, *_: object) -> None:
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, path: str, html: str) -> None:
        """A page for one test."""
        self.own[path] = html

    def answer(self, path: str, kind: str, body: str | bytes, **headers: str) -> None:
        """Something else than a page, or one with headers, for one test."""
        self.documents[path] = kind, body.encode() if isinstance(body, str) else body, headers

    def redirect(self, path: str, to: str) -> None:
        self.redirects[path] = to

    def protect(self, path: str, username: str, password: str) -> None:
        """Let in by name and password only."""
        self.protected[path] = "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()

    def forget(self) -> None:
        """What one test asked for and brought with it."""
        for kept in (
            self.own,
            self.documents,
            self.redirects,
            self.answers,
            self.agents,
            self.requests,
            self.heard,
            self.protected,
        ):
            kept.clear()

    def close(self) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()


def answer(handler: BaseHTTPRequestHandler, site: Site) -> None:
    parts = urlsplit(handler.path)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    path = parts.path
    if path.startswith("/slow/"):
        time.sleep(int(query.get("ms", "100")) / 1000)
        path = path.removeprefix("/slow")
    if path in site.protected:
        is_let_in = handler.headers.get("Authorization") == site.protected[path]
        asks = {} if is_let_in else {"WWW-Authenticate": 'Basic realm="shop"'}
        send(
            handler,
            b"<p>inside</p>" if is_let_in else b"shut",
            "text/html",
            status=200 if is_let_in else 401,
            headers=asks,
        )
    elif path in site.redirects:
        redirect(handler, site.redirects[path])
    elif path in site.documents:
        kind, body, own_headers = site.documents[path]
        send(handler, body, kind, headers=own_headers)
    elif path in site.answers:
        status, html, headers = site.answers[path]
        send(handler, html.encode(), "text/html; charset=utf-8", status=status, headers=headers)
    elif path in site.own:
        send(handler, site.own[path].encode(), "text/html; charset=utf-8")
    elif path in PAGES:
        send(handler, PAGES[path].replace("{port}", str(site.port)).encode(), "text/html; charset=utf-8")
    elif path.endswith("/picture.png"):
        send(handler, png(60, 40), "image/png")
    elif path == "/not-a-picture.png":
        send(handler, b"this is no picture", "image/png")
    elif path == "/font.ttf":
        font = next(each for each in font_files() if each.suffix == ".ttf")  # any will do
        send(handler, font.read_bytes(), "font/ttf")
    elif path == "/file.csv":
        send(handler, b"a,b\n1,2\n", "text/csv", disposition="attachment; filename=file.csv")
    elif path == "/error":
        send(handler, ERROR.encode(), "text/html", status=500)
    elif path == "/loop":
        redirect(handler, f"/loop?n={int(query.get('n', '0')) + 1}")
    elif path == "/away":
        redirect(handler, f"http://localhost:{site.port}/other")
    elif path == "/hang":
        site.closing.wait(HANG_SECONDS)
    elif path == "/trickle":
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"<!doctype html><h1>Half a page")
        handler.wfile.flush()
        site.closing.wait(HANG_SECONDS)
    elif path == "/stream":
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream; charset=utf-8")
        handler.end_headers()
        handler.wfile.write(b"data: hello\n\n")
        handler.wfile.flush()
        site.closing.wait(HANG_SECONDS)
    elif path == "/drop":
        handler.close_connection = True
        handler.connection.close()
    else:
        send(handler, b"not found", "text/plain", status=404)


def send(
    handler: BaseHTTPRequestHandler,
    body: bytes,
    kind: str,
    *,
    status: int = 200,
    disposition: str = "",
    headers: Mapping[str, str] = MappingProxyType({}),
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    if disposition:
        handler.send_header("Content-Disposition", disposition)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def redirect(handler: BaseHTTPRequestHandler, to: str) -> None:
    handler.send_response(302)
    handler.send_header("Location", to)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def png(width: int, height: int, grey: int = 90, *, compression: int = -1) -> bytes:
    """A plain PNG, made by hand so that nothing of the product makes its own test data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = (b"\x00" + bytes([grey]) * width) * height
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows, compression))
        + chunk(b"IEND", b"")
    )
