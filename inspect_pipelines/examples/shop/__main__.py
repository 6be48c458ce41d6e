"""`python -m inspect_pipelines.examples.shop`: serve the demo shop until Ctrl-C."""

from __future__ import annotations

import signal
import sys
import threading

import click

from inspect_pipelines.errors import InspectError
from inspect_pipelines.examples.shop.server import SWITCH, Shop


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 (the default) takes a free one.")
@click.option("--regression", is_flag=True, help="Start with the seeded regression on.")
def serve(port: int, regression: bool) -> None:
    """Serve Fjord & Oak, the demo shop, on loopback; its first line is its URL."""
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    try:
        with Shop(port=port, regression=regression) as shop:
            click.echo(shop.url)
            click.echo(
                f"switch the regression: curl -H 'Content-Type: application/json' -d '{{\"on\": true}}' {shop.url}{SWITCH}",
                err=True,
            )
            stop.wait()
    except InspectError as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    serve()
