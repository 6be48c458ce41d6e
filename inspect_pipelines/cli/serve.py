"""`python -m inspect_pipelines.cli.serve`: the web process; `up` starts it and keeps it alive."""

from __future__ import annotations

import logging
import socket
import sys
from contextlib import suppress
from dataclasses import replace
from functools import cache
from urllib.parse import urlsplit

import click
import uvicorn
from fastapi import FastAPI

from inspect_pipelines.cli.listening import refuse_unguarded
from inspect_pipelines.cli.output import say
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.engine.addresses import bracketed, is_loopback, ui_socket, url_of
from inspect_pipelines.engine.run_log import printed
from inspect_pipelines.engine.state import read_state
from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.estate import Estate
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.organization import organization
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.access.rates import DEFAULT, Rates
from inspect_pipelines.web.api.streams import Streams
from inspect_pipelines.web.app import LOOPBACK, create_app
from inspect_pipelines.web.connections import Connection
from inspect_pipelines.web.dagster_ui.door import DagsterDoor
from inspect_pipelines.web.duties.asker import Asker
from inspect_pipelines.web.duties.bookkeeper import Bookkeeper
from inspect_pipelines.web.duties.dismisser import Dismisser
from inspect_pipelines.web.duties.everywhere import Everywhere
from inspect_pipelines.web.duties.expirer import Expirer
from inspect_pipelines.web.duties.historian import Historian
from inspect_pipelines.web.duties.intake import Intake
from inspect_pipelines.web.duties.launcher import Launcher
from inspect_pipelines.web.duties.lookout import Lookout
from inspect_pipelines.web.duties.routing import Routing
from inspect_pipelines.web.duties.sender import Sender
from inspect_pipelines.web.webhooks.group_commit import GroupCommit
from inspect_pipelines.web.webhooks.known_sources import KnownSources
from inspect_pipelines.web.webhooks.receiver import Receiver
from inspect_pipelines.wiring import code_host
from inspect_pipelines.wiring import estate as build
from resources.dagster.graphql import GraphqlEngine
from resources.dagster.ticker import DagsterTicker
from resources.history.owner import Owner

# Python lets a busy thread run 5 ms before another may: with three threads beside it, requests would wait for each.
SWITCH_SECONDS = 0.0005
NOT_STARTED = 3


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), required=True)
@click.option("--styleguide", is_flag=True, help="Show /styleguide, for whoever works on the console.")
def serve(host: str, port: int, styleguide: bool) -> None:
    """Answer requests and own the history until a signal."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    sys.setswitchinterval(SWITCH_SECONDS)
    streams = Streams()
    config = uvicorn.Config(
        application(Settings(), host, port, streams, has_styleguide=styleguide),
        host=host,
        port=port,
        http=Connection,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    server = Server(config, streams)
    with suppress(KeyboardInterrupt):  # it has stopped as it should; a terminal's Ctrl-C comes to us as well
        server.run()
    if not server.started:
        sys.exit(NOT_STARTED)


class Server(uvicorn.Server):
    """uvicorn's, which waits for answers that are under way, and tells those that would go on for ever."""

    def __init__(self, config: uvicorn.Config, streams: Streams) -> None:
        super().__init__(config)
        self._streams = streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._streams.end()
        await super().shutdown(sockets)


def application(
    settings: Settings,
    host: str,
    port: int,
    streams: Streams | None = None,
    *,
    has_styleguide: bool = False,
) -> FastAPI:
    """All that the web process answers and does; nothing is opened before it starts, but to refuse an address.

    Raises:
        Refused: Other machines reach `host`, and there is no administrator.
    """
    estate = build(settings)
    house = estate.house(DEFAULT_ORG)  # of what all of them share
    refuse_unguarded(house, host)
    ui = ui_socket(settings.absolute_home())

    def urls() -> dict[str, str | None]:
        state = read_state(settings.absolute_home())
        return {"web": url_of(host, port), "dagster_ui": state.ui_url if state else None}

    @cache
    def engine_at(url: str) -> GraphqlEngine:
        return GraphqlEngine(url, house.clock, socket=ui)

    def engine() -> GraphqlEngine | None:
        url = urls()["dagster_ui"]
        return engine_at(url) if url else None

    owner = Owner(settings.absolute_home(), house.ledgers, house.clock)
    sources = KnownSources(estate)
    routing = Routing()
    launcher = Everywhere(estate, lambda own: Launcher(own, engine))
    asker = Everywhere(estate, lambda own: Asker(own, code_host(own), routing))
    routing.wakes(launcher, asker)

    def route_all(_: House) -> None:
        for own in estate.houses():
            routing(own)

    intake = Intake(house, sources, route_all)
    group_commit = GroupCommit(house.inbox)
    ticker = DagsterTicker(lambda: urls()["dagster_ui"], house.clock, socket=ui)
    rates = Rates(replace(DEFAULT, requests=settings.api_requests))
    origins = _public_origins(estate)
    gate = Gate(estate, is_open=not is_loopback(host), rates=rates, origins=origins)
    return create_app(
        estate,
        owner,
        (
            Historian(owner),
            Everywhere(estate, lambda own: Lookout(own, ticker)),
            Everywhere(estate, Sender),
            Everywhere(estate, Bookkeeper),
            Everywhere(estate, Dismisser),
            Everywhere(estate, lambda own: Expirer(own, days=settings.branch_days)),
            intake,
            group_commit,
            launcher,
            asker,
        ),
        gate=gate,
        receiver=Receiver(sources, group_commit, house.clock, wake=intake.wake),
        dagster_ui=DagsterDoor(gate, str(ui), origins=origins),
        engine=engine,
        streams=streams,
        ticker=ticker,
        printed=lambda run: printed(settings, run),
        urls=urls,
        allowed_hosts=sorted({*LOOPBACK, bracketed(host), *_public_hosts(estate)}),
        has_styleguide=has_styleguide,
    )


def _public_hosts(estate: Estate) -> set[str]:
    """The names under which people reach us, as last applied: links in messages begin with them."""
    hosts = {urlsplit(organization(house).public_url).hostname for house in estate.houses()}
    return {host for host in hosts if host}


def _public_origins(estate: Estate) -> set[str]:
    """What browsers say of our own pages under those names; a proxy in front may ask us under another one."""
    found = [urlsplit(organization(house).public_url) for house in estate.houses()]
    return {f"{url.scheme}://{url.netloc}" for url in found if url.netloc}


if __name__ == "__main__":
    try:
        serve()
    except InspectError as error:
        say(str(error), err=True)
        sys.exit(error.exit_code)
