"""Dagster's door as the web process serves it, on a port of its own, in front of whatever listens on a socket."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from threading import Thread

import uvicorn
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from houses import a_house, an_estate
from inspect_pipelines.ports.house import House
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.app import LOOPBACK
from inspect_pipelines.web.connections import Connection
from inspect_pipelines.web.dagster_ui.door import DagsterDoor
from inspect_pipelines.web.dagster_ui.link import DagsterLink
from inspect_pipelines.web.dagster_ui.place import OnSocket
from inspect_pipelines.web.security import HostsButForWebhooks, SecurityHeaders
from patience import until


@contextmanager
def a_door(upstream: Path, *, house: House | None = None) -> Iterator[str]:
    """Its address, without the prefix; with a house it asks its members who they are, every tenth of a second."""
    gate = Gate(an_estate(house or a_house(upstream.parent)), is_open=house is not None)
    door = DagsterDoor(gate, OnSocket(str(upstream)), admitted_every_seconds=0.1 if house else 15.0)
    with behind(door) as url:
        yield url


@contextmanager
def behind(door: DagsterDoor | DagsterLink) -> Iterator[str]:
    """The address of an application that has this door, without the prefix."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await door.close()

    app = FastAPI(
        lifespan=lifespan,
        redirect_slashes=False,
        middleware=[Middleware(SecurityHeaders), Middleware(HostsButForWebhooks, allowed_hosts=[*LOOPBACK])],
    )
    app.router.routes.extend(door.routes())
    with served(app) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def served(app: ASGIApp, place: Path | None = None) -> Iterator[socket.socket]:
    """An application, on a free port or on a Unix socket."""
    listener = socket.socket(socket.AF_UNIX if place else socket.AF_INET)
    listener.bind(str(place) if place else ("127.0.0.1", 0))
    config = uvicorn.Config(
        app, http=Connection, log_config=None, server_header=False, timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    until(lambda: server.started)
    try:
        yield listener
    finally:
        server.should_exit = True
        thread.join(120)
        with contextlib.suppress(OSError):
            listener.close()
