"""A strict stand-in for GitHub's API on loopback: it knows a token, pull requests with their files, and a hook's deliveries."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "ghs_of_the_stand_in"
FILES = re.compile(r"/repos/([^/]+/[^/]+)/pulls/(\d+)/files")
PULL = re.compile(r"/repos/([^/]+/[^/]+)/pulls/(\d+)")
DELIVERIES = re.compile(r"/(repos/[^/]+/[^/]+|orgs/[^/]+)/hooks/(\d+)/deliveries")
ATTEMPTS = re.compile(r"/(repos/[^/]+/[^/]+|orgs/[^/]+)/hooks/(\d+)/deliveries/(\d+)/attempts")


@dataclass
class Trouble:
    """What is answered instead, once."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: str = "{}"


class GitHubStandIn(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[tuple[str, int], list[dict[str, str]]] = {}
        self.counts: dict[tuple[str, int], int] = {}  # `changed_files` where it is not what is listed
        self.deliveries: list[dict[str, Any]] = []  # newest first
        self.troubles: list[Trouble] = []
        self.asked: list[str] = []  # `METHOD path?query`
        self.statuses: dict[int, int] = defaultdict(int)
        self.redelivered: list[int] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def pull_request(self, repo: str, number: int, *paths: str) -> None:
        self.files[repo, number] = [{"filename": path, "status": "modified"} for path in paths]


class _Handler(BaseHTTPRequestHandler):
    server: GitHubStandIn

    def do_GET(self) -> None:
        path, query = self._begin()
        if path is None:
            return
        if match := FILES.fullmatch(path):
            found = self.server.files.get((match[1], int(match[2])))
            self._list(path, query, None if found is None else found[:3000])
        elif match := PULL.fullmatch(path):
            key = (match[1], int(match[2]))
            count = self.server.counts.get(key, len(self.server.files[key]))
            self._say(200, {"number": key[1], "changed_files": count})
        elif DELIVERIES.fullmatch(path):
            self._list(path, query, self.server.deliveries)
        else:
            self._say(404, {"message": "Not Found"})

    def do_POST(self) -> None:
        path, _ = self._begin()
        if path is None:
            return
        if match := ATTEMPTS.fullmatch(path):
            self.server.redelivered.append(int(match[3]))
            self._say(202, {})
        else:
            self._say(404, {"message": "Not Found"})

    def _begin(self) -> tuple[str | None, dict[str, list[str]]]:
        self.server.asked.append(f"{self.command} {self.path}")
        if self.server.troubles:
            trouble = self.server.troubles.pop(0)
            self._answer(trouble.status, trouble.body.encode(), trouble.headers)
            return None, {}
        if self.headers["authorization"] != f"Bearer {TOKEN}":
            self._say(401, {"message": "Bad credentials"})
            return None, {}
        if "github" not in self.headers["accept"]:
            self._say(415, {"message": "Unsupported 'Accept' header"})
            return None, {}
        parts = urlsplit(self.path)
        return parts.path, parse_qs(parts.query)

    def _list(self, path: str, query: dict[str, list[str]], entries: list[Any] | None) -> None:
        if entries is None:
            self._say(404, {"message": "Not Found"})
            return
        size, page = int(query.get("per_page", ["30"])[0]), int(query.get("page", ["1"])[0])
        assert 1 <= size <= 100, "GitHub gives a hundred at most"
        part = entries[(page - 1) * size : page * size]
        headers = {}
        if page * size < len(entries):
            following = f"{self.server.url}{path}?per_page={size}&page={page + 1}"
            headers["Link"] = f'<{following}>; rel="next"'
        self._say(200, part, headers)

    def _say(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        text = json.dumps(body).encode()
        etag = f'"{sha256(text).hexdigest()}"'
        if status == 200 and self.headers["if-none-match"] == etag:
            self._answer(304, b"", {**(headers or {}), "ETag": etag})
        else:
            self._answer(status, text, {**(headers or {}), "ETag": etag})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.server.statuses[status] += 1
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def github_stand_in() -> Iterator[GitHubStandIn]:
    with GitHubStandIn() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
