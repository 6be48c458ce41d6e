"""`/dagster` where others run Dagster: its pages behind our door if they are made for that path, else the way there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect

from doors import behind, served
from houses import a_house, an_estate
from inspect_pipelines.cli.serve import dagster_ui, has_door
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.errors import UsageError
from inspect_pipelines.web.access.gate import Gate


async def told(request: Request) -> Response:
    headers = [[name, text] for name, text in request.headers.items()]
    answer = JSONResponse({"path": request.scope["path"], "headers": headers})
    answer.set_cookie("__Host-session", "theirs")
    return answer


async def echo(websocket: WebSocket) -> None:
    await websocket.accept(subprotocol="graphql-ws")
    await websocket.send_text(f"{websocket.headers['host']} {await websocket.receive_text()}")
    await websocket.close()


THEIRS = Starlette(
    routes=[WebSocketRoute("/dagster/graphql", echo), Route("/{path:path}", told, methods=["GET", "POST"])]
)


@pytest.fixture(scope="module")
def theirs() -> Iterator[str]:
    with served(THEIRS) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def a_door_to(url: str, home: Path, *, is_open: bool = False) -> object:
    gate = Gate(an_estate(a_house(home)), is_open=is_open)
    return behind(dagster_ui(Settings(home=home, dagster_url=url), gate, set()))


def get(url: str, **headers: str) -> httpx.Response:
    return httpx.get(url, trust_env=False, timeout=120, headers=headers)


def test_pages_made_for_our_path_come_through_our_door_without_what_signs_people_in(
    theirs: str, tmp_path: Path
) -> None:
    with a_door_to(f"{theirs}/dagster", tmp_path) as url:
        answer = get(f"{url}/dagster/runs", cookie="a=b")
        changed = httpx.get(f"{url}/dagster/graphql?query=x", trust_env=False, timeout=120)
        told = answer.json()

    assert told["path"] == "/dagster/runs"
    assert ["host", theirs.removeprefix("http://")] in told["headers"]
    assert "cookie" not in {name for name, _ in told["headers"]}
    assert "set-cookie" not in answer.headers, "who is signed in with us is ours to say"
    assert changed.status_code == 405


def test_a_web_socket_reaches_it_by_its_own_name(theirs: str, tmp_path: Path) -> None:
    async def talk(url: str) -> str:
        address = f"{url.replace('http', 'ws')}/dagster/graphql"
        async with connect(address, subprotocols=["graphql-ws"], proxy=None, open_timeout=120) as socket:
            await socket.send("hello")
            return str(await socket.recv())

    with a_door_to(f"{theirs}/dagster", tmp_path) as url:
        heard = asyncio.run(talk(url))

    assert heard == f"{theirs.removeprefix('http://')} hello"


def test_while_nobody_answers_it_is_said_whom_to_ask(tmp_path: Path) -> None:
    with a_door_to("http://127.0.0.1:9/dagster", tmp_path) as url:
        answer = get(f"{url}/dagster/")

    assert answer.status_code == 503
    assert answer.json()["error"].startswith(
        "Dagster at http://127.0.0.1:9/dagster does not answer; ask whoever runs it"
    )


def test_any_other_address_is_where_people_are_sent_and_nothing_is_handed_on(
    theirs: str, tmp_path: Path
) -> None:
    with a_door_to("https://dagster.example", tmp_path) as url:
        sent = get(f"{url}/dagster/runs/abc")
        asked = httpx.post(f"{url}/dagster/graphql", json={}, trust_env=False, timeout=120)

    assert (sent.status_code, sent.headers["location"]) == (307, "https://dagster.example/runs/abc")
    assert (asked.status_code, asked.json()) == (
        405,
        {"error": "Dagster is run elsewhere: ask it at https://dagster.example"},
    )


def test_nobody_is_told_where_it_is_who_may_not_see_it(tmp_path: Path) -> None:
    with a_door_to("https://dagster.example", tmp_path, is_open=True) as url:
        answer = get(f"{url}/dagster/")

    assert answer.status_code == 403
    assert "location" not in answer.headers


def test_a_path_says_whether_its_pages_are_made_for_our_door() -> None:
    urls = ["http://d/dagster", "http://d/dagster/", "http://d", "https://d/other"]

    assert [has_door(Settings(dagster_url=url)) for url in urls] == [True, True, False, False]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://d",
        "dagster:3000",
        "http://",
        "http://d:99999",
        "http://u:pw@d",
        "http://d/?a=b",
        "http://[d",
        "http://{d} x",
    ],
)
def test_what_is_no_address_is_refused_in_a_sentence_without_a_password(url: str) -> None:
    with pytest.raises(
        UsageError, match=r"INSPECT_DAGSTER_URL does not fit: .*; write 'http://host'"
    ) as raised:
        Settings(dagster_url=url)

    assert "pw" not in str(raised.value)
