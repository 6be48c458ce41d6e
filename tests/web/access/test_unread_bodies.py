"""Whoever is not let in is told so before a byte of what they send is read."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest
from starlette.types import Message

from houses import a_house
from inspect_pipelines.domain.access import Role
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.access.change_members import add_member
from inspect_pipelines.web.access.declaration import For, declaration_of, operations
from people import BY
from recording_engine import RecordingEngine
from web_app import a_client, an_app

PEER, HOST = "203.0.113.9", "qa.example.com"
FORM, JSON = b"application/x-www-form-urlencoded", b"application/json"
ASKING = [
    (method, path)
    for method, path, route in operations(an_app(a_house(Path("/nowhere"))).router.routes)
    if method in ("POST", "PUT", "DELETE", "any")
    and (declared := declaration_of(route))
    and declared.whom in (For.KNOWN, For.PERMITTED)
]


def sent(house: House, method: str, path: str, *, scheme: str = "https") -> tuple[int, int]:
    """(status, pieces that were read), of a body that never ends."""
    add_member(house, "ada", Role.ADMIN, by=BY)
    app = a_client(house, engine=RecordingEngine, is_open=True, peer=PEER, allowed_hosts=[HOST]).app
    read: list[int] = []
    statuses: list[int] = []

    async def receive() -> Message:
        read.append(1)
        assert len(read) < 1000, "it reads for ever"
        return {"type": "http.request", "body": b"x" * 1000, "more_body": True}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    if method == "any":
        method, path = "POST", f"{path}/graphql"
    for name in [part.partition("}")[0] for part in path.split("{")[1:]]:
        path = path.replace("{" + name + "}", "x")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": scheme,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"host", HOST.encode()),
            (b"content-type", JSON if path.startswith("/api/") else FORM),
            (b"transfer-encoding", b"chunked"),
            (b"sec-fetch-site", b"same-origin"),
        ],
        "client": (PEER, 50_000),
        "server": (HOST, 443),
    }
    anyio.run(app, scope, receive, send)
    return statuses[0], len(read)


@pytest.mark.parametrize(("method", "path"), ASKING, ids=[" ".join(each) for each in ASKING])
def test_nothing_of_a_strangers_body_is_read(filled: House, method: str, path: str) -> None:
    """A form of the console kept 256 KB in memory before the gate saw who sent it."""
    assert sent(filled, method, path) == (401, 0)


def test_a_password_over_clear_http_is_not_read(filled: House) -> None:
    assert sent(filled, "POST", "/sign-in", scheme="http") == (401, 0)


def test_of_a_sign_in_no_more_is_read_than_it_may_have(filled: House) -> None:
    assert sent(filled, "POST", "/sign-in") == (400, 33)
