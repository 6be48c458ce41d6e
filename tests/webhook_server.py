"""The web application on a real port, receiving webhooks."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import httpx
import uvicorn

from builders import a_source
from houses import an_estate
from inspect_pipelines.domain.event import Event, SourceKind
from inspect_pipelines.domain.ids import SourceId
from inspect_pipelines.domain.source import Source
from inspect_pipelines.ports.house import House
from inspect_pipelines.web.connections import Connection
from inspect_pipelines.web.duties.intake import Intake
from inspect_pipelines.web.webhooks.group_commit import GroupCommit
from inspect_pipelines.web.webhooks.known_sources import KnownSources
from inspect_pipelines.web.webhooks.receiver import Receiver
from patience import until
from senders import github_headers, payload
from web_app import an_app

GITHUB = "/webhooks/github/github-acme"
DEPLOY = "/webhooks/deploy/deploys"
GENERIC = "/webhooks/generic/alerts"
NEW_SECRET = "the secret of tomorrow"


def sources(**generic: object) -> tuple[Source, ...]:
    return (
        a_source(secrets=("${env:TEST_GITHUB_SECRET}", "${env:TEST_NEW_SECRET}")),
        a_source(id=SourceId("deploys"), kind=SourceKind.DEPLOY, secrets=("${env:TEST_OTHER_SECRET}",)),
        a_source(
            id=SourceId("alerts"), kind=SourceKind.GENERIC, secrets=("${env:TEST_OTHER_SECRET}",), **generic
        ),
    )


@contextlib.contextmanager
def served(house: House, route: Callable[[House], None] | None = None) -> Iterator[httpx.Client]:
    """A real server on a port of its own."""
    sources, group_commit = KnownSources(an_estate(house)), GroupCommit(house.inbox)
    intake = Intake(house, sources, route, every_seconds=0.1)
    receiver = Receiver(sources, group_commit, house.clock, intake.wake)
    app = an_app(house, intake, group_commit, receiver=receiver)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, http=Connection, log_config=None, lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        until(lambda: server.started)
        with httpx.Client(
            base_url=f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=120, trust_env=False
        ) as client:
            yield client
        server.should_exit = True
        thread.join()


def events(house: House, count: int = 1) -> list[Event]:
    """All events, once there are so many."""

    def all_of_them() -> list[Event]:
        with house.ledger.read() as ledger:
            return ledger.events.latest(limit=1000)

    until(lambda: len(all_of_them()) >= count)
    return all_of_them()


def from_github(
    client: httpx.Client, name: str = "push", delivery_id: str = "d-1", **changes: str
) -> httpx.Response:
    body = payload(name)
    return client.post(
        GITHUB, content=body, headers=github_headers(body, name.partition(".")[0], delivery_id, **changes)
    )
