"""`python -m inspect_pipelines.cli.serve`: the web process; `up` starts it and keeps it alive."""

from __future__ import annotations

import logging
import sys
from functools import cache
from urllib.parse import urlsplit

import click
import uvicorn

from inspect_pipelines.cli.output import say
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.engine.addresses import bracketed, url_of
from inspect_pipelines.engine.state import read_state
from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.organization import organization
from inspect_pipelines.web.app import LOOPBACK, create_app
from inspect_pipelines.web.connections import Connection
from inspect_pipelines.web.duties.asker import Asker
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
from inspect_pipelines.wiring import house as build
from resources.dagster.graphql import GraphqlEngine
from resources.dagster.ticker import DagsterTicker
from resources.history.owner import Owner

# Python lets a busy thread run 5 ms before another may: with three threads beside it, requests would wait for each.
SWITCH_SECONDS = 0.0005


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), required=True)
def serve(host: str, port: int) -> None:
    """Answer requests and own the history until a signal."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    sys.setswitchinterval(SWITCH_SECONDS)
    settings = Settings()
    house = build(settings)

    def urls() -> dict[str, str | None]:
        state = read_state(settings.absolute_home())
        return {"web": url_of(host, port), "dagster_ui": state.ui_url if state else None}

    @cache
    def engine_at(url: str) -> GraphqlEngine:
        return GraphqlEngine(url, house.clock)

    def engine() -> GraphqlEngine | None:
        url = urls()["dagster_ui"]
        return engine_at(url) if url else None

    owner = Owner(settings.absolute_home(), house.ledgers, house.clock)
    sources = KnownSources(house)
    routing = Routing()
    launcher, asker = Launcher(house, engine), Asker(house, code_host(house), routing)
    routing.wakes(launcher, asker)
    intake = Intake(house, sources, routing, payload_days=settings.payload_days)
    group_commit = GroupCommit(house.inbox)
    app = create_app(
        house,
        owner,
        (
            Historian(owner),
            Lookout(house, DagsterTicker(lambda: urls()["dagster_ui"], house.clock)),
            Sender(house),
            intake,
            group_commit,
            launcher,
            asker,
        ),
        receiver=Receiver(sources, group_commit, house.clock, wake=intake.wake),
        urls=urls,
        allowed_hosts=sorted({*LOOPBACK, bracketed(host), *_public_host(house)}),
    )
    uvicorn.run(
        app,
        host=host,
        port=port,
        http=Connection,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=2,
    )


def _public_host(house: House) -> set[str]:
    """The name under which people reach us, as last applied: links in messages begin with it."""
    house.ledgers.migrate()
    host = urlsplit(organization(house).public_url).hostname
    return {host} if host else set()


if __name__ == "__main__":
    try:
        serve()
    except InspectError as error:
        say(str(error), err=True)
        sys.exit(error.exit_code)
