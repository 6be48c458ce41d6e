"""`web`: one of any number of processes that answer, behind a proxy; `daemon` does everything else."""

from __future__ import annotations

import socket
import sys
import time

import click

from inspect_pipelines.cli.listening import THIS_MACHINE, believed, proxy_option
from inspect_pipelines.cli.output import say
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.presence import WEB
from inspect_pipelines.engine.addresses import url_of
from inspect_pipelines.engine.instance import ensure_instance
from inspect_pipelines.engine.state import is_held
from inspect_pipelines.errors import Refused, Unavailable

DRAIN_SECONDS = 10  # a proxy that asks every two seconds and believes the third answer knows by then
FINISH_SECONDS = 20  # a body may take as long to come in
NOT_STARTED = 3


@click.command()
@click.option("--host", default=THIS_MACHINE, show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port; 0: any that is free. (8460)")
@click.option(
    "--drain",
    type=click.IntRange(0, 600),
    default=DRAIN_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="After SIGTERM, say at /readyz that it leaves, and answer for so long still.",
)
@proxy_option
def web(host: str, port: int | None, drain: int, proxies: tuple[str, ...]) -> None:
    """Answer requests, as one of several processes behind a proxy.

    Console, API and webhooks; the ledger has to be in PostgreSQL. Start as many as you want over one INSPECT_HOME, and
    `daemon` once: it plays runs, sends messages and keeps the history.

    SIGTERM: it says at /readyz that it leaves, answers what still comes, finishes what it has accepted, and ends.
    """
    settings = Settings()
    refuse_alone(settings, "web")
    ensure_instance(settings.absolute_home())
    trusted = ",".join(believed(proxies))
    listening = _bound(host, settings.port if port is None else port)
    own_port = listening.getsockname()[1]

    from inspect_pipelines.cli.serve import application  # takes a second
    from inspect_pipelines.cli.server import answer
    from inspect_pipelines.web.api.streams import Streams
    from inspect_pipelines.web.draining import Drain

    streams, leaving = Streams(), Drain(drain, time.monotonic)
    app = application(settings, host, own_port, streams, drain=leaving, part=WEB)
    say(f"web answers at {url_of(host, own_port)} (process ready: /readyz)")
    if not is_held(settings.absolute_home()):
        say(
            "nothing else is up here: deliveries are kept, and runs wait, until `inspect-pipelines daemon` runs",
            err=True,
        )
    if not answer(app, listening, streams, leaving, finish_seconds=FINISH_SECONDS, proxies=trusted):
        sys.exit(NOT_STARTED)


def refuse_alone(settings: Settings, command: str) -> None:
    """Refuse where the ledger is one process tree's.

    Raises:
        Refused: It is SQLite.
    """
    if settings.database_url is None:
        raise Refused(
            f"`{command}` cannot start: it shares its ledger with other processes, and the one in "
            f"{str(settings.absolute_home())!r} is SQLite, which `up` has for itself; start `up`, or set INSPECT_DATABASE_URL"
        )


def _bound(host: str, port: int) -> socket.socket:
    """Not listening yet: who connects is refused, and not kept waiting, until requests are answered."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise Unavailable(
            f"`web` cannot listen on {host!r}, port {port}: {(error.strerror or str(error)).lower()}; "
            "name another one with --port"
        ) from error
    return listening
