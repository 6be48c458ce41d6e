"""A process that shall leave says so, answers on, and leaves when its time is over, or at once when asked again."""

from __future__ import annotations

import signal

import uvicorn

from inspect_pipelines.cli.server import Server
from inspect_pipelines.ports.house import House
from inspect_pipelines.web.api.streams import Streams
from inspect_pipelines.web.draining import Drain
from web_app import a_client


def test_it_is_ready_until_it_shall_leave_and_answers_still(ours: House) -> None:
    drain = Drain(10)
    client = a_client(ours, drain=drain)
    before = client.get("/healthz")

    drain.begin()

    assert "connection" not in before.headers
    leaving = client.get("/readyz")
    assert (leaving.status_code, leaving.json()) == (503, {"ok": False, "failing": ["leaving"]})
    assert client.get("/healthz").status_code == 200
    assert client.get("/healthz").headers["connection"] == "close"


def test_asked_once_it_leaves_when_its_time_is_over_and_asked_again_at_once() -> None:
    now = [0.0]

    def a_server(seconds: float) -> tuple[Server, Drain, Streams]:
        drain, streams = Drain(seconds, lambda: now[0]), Streams()
        return Server(uvicorn.Config(lambda: None), streams, drain), drain, streams

    server, drain, _ = a_server(10)
    server.handle_exit(signal.SIGTERM, None)
    now[0] = 9.9
    assert drain.has_begun
    assert not drain.is_over
    assert not server.should_exit
    now[0] = 10.0
    assert drain.is_over
    server.handle_exit(signal.SIGTERM, None)
    assert server.should_exit

    for at_once in (0, 10):  # under `up`; and a person at a terminal
        server, drain, _ = a_server(at_once)
        server.handle_exit(signal.SIGINT if at_once else signal.SIGTERM, None)
        assert server.should_exit
        assert not drain.has_begun
