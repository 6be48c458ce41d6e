"""`python -m inspect_pipelines.examples.annoyances`: serve the annoying site until Ctrl-C."""

from __future__ import annotations

import signal
import sys
import threading

import click

from inspect_pipelines.errors import InspectError
from inspect_pipelines.examples.annoyances.server import PORT, AnnoyingSite


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0 takes a free one."
)
def serve(port: int) -> None:
    """Serve a site with every annoyance on loopback; its first line is its URL."""
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    try:
        with AnnoyingSite(port=port) as site:
            click.echo(site.url)
            stop.wait()
    except InspectError as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    serve()
