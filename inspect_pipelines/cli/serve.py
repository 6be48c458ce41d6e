"""`python -m inspect_pipelines.cli.serve`: the web process; `up` starts it and keeps it alive."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from urllib.parse import urlsplit

import click
from fastapi import FastAPI

from inspect_pipelines.cli.listening import believed, refuse_unguarded
from inspect_pipelines.cli.output import say
from inspect_pipelines.cli.server import answer
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.presence import DAEMON, UP, WEB
from inspect_pipelines.engine.addresses import UI_PREFIX, bracketed, is_loopback, ui_socket, url_of
from inspect_pipelines.engine.presence import presence
from inspect_pipelines.engine.run_log import printed
from inspect_pipelines.engine.state import read_state
from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.estate import Estate
from inspect_pipelines.ports.history import HistoryOwner
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.organization import organization
from inspect_pipelines.queries.status import rows_behind
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.access.rates import DEFAULT, Rates
from inspect_pipelines.web.api.streams import Streams
from inspect_pipelines.web.app import LOOPBACK, create_app
from inspect_pipelines.web.dagster_ui.door import DagsterDoor
from inspect_pipelines.web.dagster_ui.link import DagsterLink
from inspect_pipelines.web.dagster_ui.place import Elsewhere, OnSocket
from inspect_pipelines.web.draining import Drain
from inspect_pipelines.web.duties.asker import Asker
from inspect_pipelines.web.duties.bookkeeper import Bookkeeper
from inspect_pipelines.web.duties.dismisser import Dismisser
from inspect_pipelines.web.duties.duty import Duty
from inspect_pipelines.web.duties.everywhere import Everywhere
from inspect_pipelines.web.duties.expirer import Expirer
from inspect_pipelines.web.duties.gatherer import Gatherer
from inspect_pipelines.web.duties.historian import Historian
from inspect_pipelines.web.duties.intake import Intake
from inspect_pipelines.web.duties.known import Known
from inspect_pipelines.web.duties.launcher import Launcher
from inspect_pipelines.web.duties.lookout import Lookout
from inspect_pipelines.web.duties.present import Present
from inspect_pipelines.web.duties.reloader import Reloader
from inspect_pipelines.web.duties.routing import Routing
from inspect_pipelines.web.duties.sender import Sender
from inspect_pipelines.web.webhooks.allowance import Allowance
from inspect_pipelines.web.webhooks.group_commit import GroupCommit
from inspect_pipelines.web.webhooks.known_sources import KnownSources
from inspect_pipelines.web.webhooks.receiver import Receiver
from inspect_pipelines.wiring import code_host, limiter
from inspect_pipelines.wiring import estate as build
from resources.dagster.graphql import GraphqlEngine
from resources.dagster.locations import reload
from resources.dagster.ticker import DagsterTicker
from resources.history.opening import owner_at

NOT_STARTED = 3


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), required=True)
@click.option("--part", type=click.Choice([UP, DAEMON]), default=UP, help="Whose it is.")
@click.option("--proxy", "proxies", multiple=True, metavar="ADDRESS", help="A proxy that is believed.")
@click.option("--styleguide", is_flag=True, help="Show /styleguide, for whoever works on the console.")
def serve(host: str, port: int, part: str, proxies: tuple[str, ...], styleguide: bool) -> None:
    """Answer requests and own the history until a signal."""
    streams = Streams()
    app = application(Settings(), host, port, streams, part=part, has_styleguide=styleguide)
    if not answer(app, (host, port), streams, proxies=",".join(believed(proxies))):
        sys.exit(NOT_STARTED)


def application(
    settings: Settings,
    host: str,
    port: int,
    streams: Streams | None = None,
    *,
    drain: Drain | None = None,
    part: str = UP,
    has_styleguide: bool = False,
) -> FastAPI:
    """All that the web process answers and does; nothing is opened before it starts, but to refuse an address.

    Args:
        part: Of which this process is the web; WEB: one of several, that only answer, while another process has the duties.

    Raises:
        Refused: Other machines reach `host`, and there is no administrator.
    """
    estate = build(settings)
    if part == WEB:
        estate.publication.refresh()  # a home of its own may be empty
    house = estate.house(DEFAULT_ORG)  # of what all of them share
    refuse_unguarded(house, host)
    web = url_of(host, port)

    def asked_at() -> str | None:
        """Where we ask Dagster: through our own address it is only called so, its socket answers."""
        if settings.dagster_url is not None:
            return settings.dagster_url
        state = read_state(settings.absolute_home())
        return f"{web}{UI_PREFIX}" if state and state.ui_url else None

    def urls() -> dict[str, str | None]:
        at = asked_at()
        return {"web": web, "dagster_ui": f"{web}{UI_PREFIX}" if at and has_door(settings) else at}

    socket = None if settings.dagster_url else ui_socket(settings.absolute_home())

    @cache
    def engine_at(url: str) -> GraphqlEngine:
        return GraphqlEngine(url, house.clock, socket=socket)

    def engine() -> GraphqlEngine | None:
        url = asked_at()
        return engine_at(url) if url else None

    owner = owner_at(settings, house.ledgers, house.clock)
    sources = KnownSources(estate)
    ticker = DagsterTicker(asked_at, house.clock, socket=socket)
    group_commit = GroupCommit(house.inbox)
    duties: list[Duty] = [Known(sources)]
    wake = _leave
    if part != WEB:
        duties, wake = _all_duties(settings, estate, owner, sources, engine, ticker)
    place = url_of(host, port) if part == WEB else house.home
    if house.ledgers.is_shared:
        duties.append(Gatherer(estate.publication))
    duties.append(Present(house, lambda: presence(settings, part, place, rows_behind(house, owner.status))))
    counts = limiter(house)
    rates = Rates(replace(DEFAULT, requests=settings.api_requests), counts)
    origins = _public_origins(estate)
    gate = Gate(estate, is_open=not is_loopback(host), rates=rates, origins=origins)
    return create_app(
        estate,
        owner,
        [*duties, group_commit],
        gate=gate,
        receiver=Receiver(sources, group_commit, house.clock, wake=wake, allowance=Allowance(counts)),
        dagster_ui=dagster_ui(settings, gate, origins),
        engine=engine,
        streams=streams,
        drain=drain,
        ticker=ticker,
        printed=lambda run: printed(settings, run),
        urls=urls,
        allowed_hosts=sorted({*LOOPBACK, bracketed(host), *_public_hosts(estate)}),
        has_styleguide=has_styleguide,
    )


def _all_duties(
    settings: Settings,
    estate: Estate,
    owner: HistoryOwner,
    sources: KnownSources,
    engine: Callable[[], GraphqlEngine | None],
    ticker: DagsterTicker,
) -> tuple[list[Duty], Callable[[], None]]:
    """What is done beside the requests, and who is woken by a delivery."""
    routing = Routing()
    launcher = Everywhere(estate, lambda own: Launcher(own, engine))
    asker = Everywhere(estate, lambda own: Asker(own, code_host(own), routing))
    routing.wakes(launcher, asker)

    def route_all(_: House) -> None:
        for own in estate.houses():
            routing(own)

    intake = Intake(estate.house(DEFAULT_ORG), sources, route_all)
    duties = [
        Historian(owner),
        Everywhere(estate, lambda own: Lookout(own, ticker)),
        Everywhere(estate, Sender),
        Everywhere(estate, Bookkeeper),
        Everywhere(estate, Dismisser),
        Everywhere(estate, lambda own: Expirer(own, days=settings.branch_days)),
        intake,
        launcher,
        asker,
    ]
    if settings.dagster_url is not None:
        theirs = GraphqlEngine(settings.dagster_url, estate.house(DEFAULT_ORG).clock)
        duties.append(Reloader(estate.publication, lambda: reload(theirs)))
    return duties, intake.wake


def has_door(settings: Settings) -> bool:
    """Whether /dagster is Dagster's UI: `up`'s own, and one of others whose pages are made for that path."""
    return settings.dagster_url is None or urlsplit(settings.dagster_url).path == UI_PREFIX


def dagster_ui(settings: Settings, gate: Gate, origins: set[str]) -> DagsterDoor | DagsterLink:
    """What is at /dagster."""
    if settings.dagster_url is None:
        return DagsterDoor(gate, OnSocket(str(ui_socket(settings.absolute_home()))), origins=origins)
    if has_door(settings):
        return DagsterDoor(gate, Elsewhere(settings.dagster_url), origins=origins)
    return DagsterLink(gate, settings.dagster_url)


def _leave() -> None:
    """The intake of the process that has the duties looks every second."""


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
