"""What the stand-ins for object storages have in common: one bucket in memory, on a port of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"
Answer = tuple[int, bytes, dict[str, str]]  # status, body, headers
Service = TypeVar("Service", bound="BlobService")


@dataclass(frozen=True)
class Blob:
    data: bytes
    stored_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def tag(self) -> str:
        return md5(self.data, usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Asked:
    """A request, with its path as it was sent and its query decoded."""

    method: str
    path: str
    root: str  # what comes before the bucket in it
    query: Mapping[str, str]
    headers: Mapping[str, str]  # by lower-case names
    body: bytes

    @property
    def name(self) -> str:
        """Of the object: what follows the bucket."""
        return unquote(self._place.partition("/")[2])

    @property
    def bucket(self) -> str:
        return self._place.partition("/")[0]

    @property
    def _place(self) -> str:
        return self.path.removeprefix(self.root).lstrip("/")


class Denied(Exception):
    """An answer that is not the one that was asked for: (status, the provider's code for it)."""


class BlobService(ThreadingHTTPServer):
    """One bucket, `shots`; subclasses say how requests are signed, listed and refused."""

    daemon_threads = True
    bucket = "shots"
    root = ""
    missing_bucket = "NoSuchBucket"
    missing_object = "NoSuchKey"
    there_already = (412, "PreconditionFailed")

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.blobs: dict[str, Blob] = {}
        self.turn = threading.Lock()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}{self.root}"

    def check(self, asked: Asked) -> None:
        """Raises Denied when nobody who is known has signed it."""
        raise NotImplementedError

    def is_only_if_new(self, asked: Asked) -> bool:
        raise NotImplementedError

    def listed(self, asked: Asked) -> bytes:
        raise NotImplementedError

    def answer(self, asked: Asked) -> Answer:
        self.check(asked)
        if asked.bucket != self.bucket:
            raise Denied(404, self.missing_bucket)
        if not asked.name:
            return self.of_bucket(asked)
        match asked.method:
            case "PUT":
                return self._put(asked)
            case "GET" | "HEAD":
                return self._get(asked)
            case "DELETE":
                return self.deleted(asked.name)
        raise Denied(405, "MethodNotAllowed")

    def of_bucket(self, asked: Asked) -> Answer:
        if asked.method != "GET":
            raise Denied(405, "MethodNotAllowed")
        return 200, self.listed(asked), {"Content-Type": "application/xml"}

    def deleted(self, name: str) -> Answer:
        if self.blobs.pop(name, None) is None:
            raise Denied(404, self.missing_object)
        return 204, b"", {}

    def found(self, prefix: str) -> Iterator[tuple[str, Blob]]:
        return ((name, blob) for name, blob in sorted(self.blobs.items()) if name.startswith(prefix))

    def _put(self, asked: Asked) -> Answer:
        with self.turn:
            if self.is_only_if_new(asked) and asked.name in self.blobs:
                raise Denied(*self.there_already)
            blob = self.blobs[asked.name] = Blob(asked.body)
        return 201, b"", _headers(blob)

    def _get(self, asked: Asked) -> Answer:
        blob = self.blobs.get(asked.name)
        if blob is None:
            raise Denied(404, self.missing_object)
        wanted = asked.headers.get("range") or asked.headers.get("x-ms-range")
        if not wanted:
            return 200, blob.data, _headers(blob)
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        if int(first) >= len(blob.data):
            raise Denied(416, "InvalidRange")
        end = min(int(last) + 1, len(blob.data))
        span = {"Content-Range": f"bytes {first}-{end - 1}/{len(blob.data)}"}
        return 206, blob.data[int(first) : end], _headers(blob) | span


def _headers(blob: Blob) -> dict[str, str]:
    return {"ETag": f'"{blob.tag}"', "Last-Modified": blob.stored_at.strftime(HTTP_DATE)}


class _Handler(BaseHTTPRequestHandler):
    server: BlobService
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, parts.path, self.server.root, query, headers, body)
        try:
            status, said, more = self.server.answer(asked)
        except Denied as denied:
            status, code = denied.args
            said = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>told</Message></Error>".encode()
            more = {"x-ms-error-code": code}
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else said)

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = _answer

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def answering(server: Service) -> Iterator[Service]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
