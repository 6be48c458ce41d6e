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
DEPLOYMENTS = re.compile(r"/repos/([^/]+/[^/]+)/deployments")
STATUSES = re.compile(r"/repos/([^/]+/[^/]+)/deployments/(\d+)/statuses")
REACTIONS = re.compile(r"/repos/([^/]+/[^/]+)/issues/comments/(\d+)/reactions")
CONTENTS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes")
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
        self.heads: dict[tuple[str, int], dict[str, Any]] = {}  # `head` and `base` of a pull request
        self.deployments: dict[
            tuple[str, str], list[list[dict[str, Any]]]
        ] = {}  # (repo, sha) -> statuses of each
        self.comments: set[tuple[str, int]] = set()
        self.reactions: set[tuple[str, int, str]] = set()
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
            if key not in self.server.files and key not in self.server.heads:
                self._say(404, {"message": "Not Found"})
                return
            count = self.server.counts.get(key, len(self.server.files.get(key, ())))
            heads = self.server.heads.get(key, {})
            self._say(200, {"number": key[1], "changed_files": count, **heads})
        elif match := DEPLOYMENTS.fullmatch(path):
            found_ones = self.server.deployments.get((match[1], query["sha"][0]), [])
            self._list(path, query, [{"id": number} for number, _ in enumerate(found_ones, start=1)])
        elif match := STATUSES.fullmatch(path):
            (statuses,) = [
                all_of_it[int(match[2]) - 1]
                for (repo, _), all_of_it in self.server.deployments.items()
                if repo == match[1]
            ]
            self._list(path, query, statuses)
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
        elif match := REACTIONS.fullmatch(path):
            size = int(self.headers["content-length"])
            content = json.loads(self.rfile.read(size))["content"]
            if (match[1], int(match[2])) not in self.server.comments:
                self._say(404, {"message": "Not Found"})
            elif content not in CONTENTS:
                self._say(422, {"message": "Validation Failed"})
            else:
                self.server.reactions.add((match[1], int(match[2]), content))
                self._say(201, {"id": 1, "content": content})
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
