"""The door over real HTTP, in front of a small server that tells what arrives."""

from __future__ import annotations

import asyncio
import socketserver
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from doors import a_door, served
from houses import a_house
from inspect_pipelines.usecases.access.revoke_token import revoke_token
from people import a_token, bearer

PIECES = 5
HEARD = threading.Event()  # whether the first piece has come, before which there is no other


async def told(request: Request) -> Response:
    body = await request.body()
    return JSONResponse(
        {
            "path": request.scope["path"],
            "query": request.scope["query_string"].decode(),
            "headers": [[name, text] for name, text in request.headers.items()],
            "body": body.decode(),
        },
        headers={"etag": '"a"'},
    )


async def slow(request: Request) -> Response:
    async def pieces() -> object:
        for number in range(PIECES):
            yield f"piece {number};"
            while not HEARD.is_set():
                await asyncio.sleep(0.01)

    return StreamingResponse(pieces(), headers={"content-security-policy": "default-src 'self'"})


async def echo(websocket: WebSocket) -> None:
    await websocket.accept(subprotocol="graphql-ws")
    while (text := await websocket.receive_text()) != "enough":
        await websocket.send_text(f"{websocket.scope['path']}: {text}")
    await websocket.close(4321)


UPSTREAM = Starlette(
    routes=[
        WebSocketRoute("/dagster/graphql", echo),
        Route("/dagster/slow", slow),
        Route("/{path:path}", told, methods=["GET", "POST"]),
    ]
)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    place = tmp_path_factory.mktemp("run") / "ui.sock"
    with served(UPSTREAM, place), a_door(place) as url:
        yield url


def get(url: str, **changes: object) -> httpx.Response:
    return httpx.get(url, trust_env=False, timeout=120, **changes)


def test_path_query_host_and_body_arrive_as_they_were_asked(url: str) -> None:
    posted = httpx.post(
        f"{url}/dagster/graphql?a=%2F&b", json={"query": "{ a }"}, trust_env=False, timeout=120
    ).json()

    assert (posted["path"], posted["query"], posted["body"]) == (
        "/dagster/graphql",
        "a=%2F&b",
        '{"query":"{ a }"}',
    )
    assert ["host", url.removeprefix("http://")] in posted["headers"]


@pytest.mark.parametrize("path", ["/dagster/%67raphql?query=x", "/dagster/./graphql?query=x"])
def test_graphql_by_get_is_not_reached_by_writing_it_in_another_way(url: str, path: str) -> None:
    assert get(url + path).status_code == 405


@pytest.mark.parametrize(
    "path", ["/dagster/%2567raphql", "/dagster/graphql%2F", "/dagster//graphql", "/dagster/x%2F..%2Fgraphql"]
)
def test_what_passes_is_the_path_that_was_looked_at(url: str, path: str) -> None:
    """Decoded once more behind the door, `%2567raphql` would be `graphql`."""
    with httpx.Client(trust_env=False, timeout=120) as client:
        request = client.build_request("GET", url)
        request.url = request.url.copy_with(raw_path=path.encode())
        answer = client.send(request)

    assert answer.status_code != 200 or answer.json()["path"] != "/dagster/graphql"


def test_an_answer_comes_piece_by_piece_and_keeps_its_own_policy(url: str) -> None:
    with httpx.stream("GET", f"{url}/dagster/slow", trust_env=False, timeout=120) as answer:
        coming = answer.iter_text()
        first = next(coming)  # held back until the end, it would never come
        HEARD.set()
        rest = "".join(coming)

    assert first == "piece 0;"
    assert first + rest == "".join(f"piece {n};" for n in range(PIECES))
    assert answer.headers["content-security-policy"] == "default-src 'self'"


def test_an_answer_cannot_be_framed_and_what_has_a_tag_is_asked_about_again(url: str) -> None:
    headers = get(f"{url}/dagster/a.js").headers

    assert headers["content-security-policy"] == "frame-ancestors 'none'"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "private, no-cache"
    assert len(headers.get_list("date")) == 1


def test_another_host_is_refused_for_requests_and_websockets(url: str) -> None:
    """A name that its owner points at 127.0.0.1 makes a page of ours out of a page of theirs."""
    assert get(f"{url}/dagster/", headers={"host": "evil.example"}).status_code == 400
    port = url.rpartition(":")[2]
    with pytest.raises((InvalidStatus, ConnectionClosed)):
        connect(
            f"ws://evil.example:{port}/dagster/graphql",
            sock=_socket(port),
            subprotocols=["graphql-ws"],
            proxy=None,
        ).recv()


def test_a_page_elsewhere_gets_no_answer_and_nothing_is_forwarded(url: str) -> None:
    sent = httpx.post(
        f"{url}/dagster/graphql",
        json={},
        headers={"origin": "http://127.0.0.1:1"},
        trust_env=False,
        timeout=120,
    )

    assert sent.status_code == 403
    assert "'http://127.0.0.1:1' may not use Dagster's UI" in sent.json()["error"]


def test_a_websocket_is_carried_both_ways_and_closed_by_whoever_closes_it(url: str) -> None:
    with connect(_ws(url), subprotocols=["graphql-ws"], origin=url, proxy=None) as ours:
        ours.send("one")
        ours.send("two")

        assert [ours.recv(), ours.recv()] == ["/dagster/graphql: one", "/dagster/graphql: two"]
        assert ours.subprotocol == "graphql-ws"

        ours.send("enough")
        with pytest.raises(ConnectionClosed) as closed:
            ours.recv()
    assert closed.value.rcvd.code == 4321


def test_dagsters_server_is_shown_nobodys_token_or_cookie(url: str) -> None:
    """Both went on to a server that writes its requests into a log, and needs neither."""
    shown = {"Cookie": "inspect-loopback-errand=x", "X-Other": "stays"}

    arrived = dict(get(f"{url}/dagster/x", headers=shown).json()["headers"])

    assert "cookie" not in arrived
    assert arrived["x-other"] == "stays"


def test_a_websocket_ends_when_whoever_opened_it_may_not_any_more(tmp_path: Path) -> None:
    """An administrator's token that was revoked went on reading what runs say, for as long as the connection held."""
    house, place = a_house(tmp_path), tmp_path / "ui.sock"
    token = a_token(house)
    with (
        served(UPSTREAM, place),
        a_door(place, house=house) as url,
        connect(_ws(url), additional_headers=bearer(token), subprotocols=["graphql-ws"], proxy=None) as ours,
    ):
        ours.send("one")
        assert ours.recv() == "/dagster/graphql: one"
        arrived = get(f"{url}/dagster/x", headers=bearer(token)).json()["headers"]

        revoke_token(house, token.token.id, by="user:ada")
        with pytest.raises(ConnectionClosed) as closed:
            ours.recv(timeout=60)

    assert closed.value.rcvd.code == 1008
    assert "authorization" not in dict(arrived)


def test_a_websocket_stays_open_longer_than_headers_may_take(url: str) -> None:
    """The bound of five seconds on a request's headers would have ended each of them."""
    with connect(_ws(url), subprotocols=["graphql-ws"], proxy=None) as ours:
        time.sleep(6)
        ours.send("still")

        assert ours.recv() == "/dagster/graphql: still"


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
def test_a_websocket_of_a_page_elsewhere_is_refused(url: str, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(_ws(url), subprotocols=["graphql-ws"], origin=origin, proxy=None)

    assert refused.value.response.status_code == 403


def test_the_prefix_alone_leads_to_its_root(url: str) -> None:
    answer = get(f"{url}/dagster")

    assert (answer.status_code, answer.headers["location"]) == (307, "/dagster/")


def test_while_dagsters_server_is_away_a_sentence_says_so(tmp_path: Path) -> None:
    with a_door(tmp_path / "no.sock") as url:
        answer = get(f"{url}/dagster/")

        assert answer.status_code == 503
        assert "Dagster's UI does not answer" in answer.json()["error"]
        with pytest.raises(InvalidStatus):
            connect(_ws(url), subprotocols=["graphql-ws"], proxy=None)


def _ws(url: str) -> str:
    return f"{url.replace('http', 'ws')}/dagster/graphql"


def _socket(port: str) -> object:
    import socket

    return socket.create_connection(("127.0.0.1", int(port)))


class OneAnswerEach(socketserver.BaseRequestHandler):
    """Answers once, and closes the connection when it is used again, as a server does whose patience ends that moment."""

    def handle(self) -> None:
        self.request.recv(65536)
        self.request.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        self.request.recv(65536)


class OnASocket(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def test_a_connection_that_the_server_closes_as_it_is_used_again_costs_no_picture(tmp_path: Path) -> None:
    """On a busy machine the UI's icons were 503: the server closed idle connections in the moment in which we used them."""
    place = tmp_path / "ui.sock"
    with OnASocket(str(place), OneAnswerEach) as server, a_door(place) as url:
        threading.Thread(target=server.serve_forever, daemon=True).start()

        codes = [get(f"{url}/dagster/icon.svg").status_code for _ in range(3)]
        posted = httpx.post(f"{url}/dagster/graphql", json={}, trust_env=False, timeout=120).status_code
        server.shutdown()

    assert codes == [200, 200, 200]
    assert posted == 503  # whoever changed something asks whether it was done
