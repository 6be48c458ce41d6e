"""The HTTP server of a web process: it ends what would go on for ever, and leaves only when nobody sends it anything more."""

from __future__ import annotations

import logging
import signal
import socket
import sys
from contextlib import suppress
from types import FrameType

import uvicorn
from fastapi import FastAPI

from inspect_pipelines.web.api.streams import Streams
from inspect_pipelines.web.connections import Connection
from inspect_pipelines.web.draining import Drain

# Python lets a busy thread run 5 ms before another may: with three threads beside it, requests would wait for each.
SWITCH_SECONDS = 0.0005
UNDER_UP_SECONDS = 2  # for answers that are under way: `up` stops everything within ten
THIS_MACHINE = "127.0.0.1"


class Server(uvicorn.Server):
    """uvicorn's, which waits for answers that are under way, and tells those that would go on for ever."""

    def __init__(self, config: uvicorn.Config, streams: Streams, drain: Drain) -> None:
        super().__init__(config)
        self._streams, self._drain = streams, drain

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM begins to drain; asked again, or by a person at a terminal, it leaves at once."""
        if sig == signal.SIGTERM and self._drain.seconds > 0 and not self._drain.has_begun:
            self._drain.begin()
            self._streams.end()  # whoever follows one comes again, and finds another process
            return
        super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        self.should_exit |= self._drain.is_over
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._streams.end()
        await super().shutdown(sockets)


def answer(
    app: FastAPI,
    listening: socket.socket | tuple[str, int],
    streams: Streams,
    drain: Drain | None = None,
    *,
    finish_seconds: int = UNDER_UP_SECONDS,
    proxies: str = THIS_MACHINE,
) -> bool:
    """Answer until a signal; whether it ever did.

    Args:
        app: What answers.
        listening: A bound socket, or host and port.
        streams: That are open.
        drain: How it leaves; None: at once.
        finish_seconds: How long leaving waits for answers that are under way.
        proxies: Addresses, with commas between, whose word is taken about who asks and whether it came encrypted.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    sys.setswitchinterval(SWITCH_SECONDS)
    sockets = [listening] if isinstance(listening, socket.socket) else None
    host, port = listening if isinstance(listening, tuple) else listening.getsockname()[:2]
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=Connection,
        access_log=False,
        log_config=None,
        server_header=False,
        forwarded_allow_ips=proxies,
        timeout_graceful_shutdown=finish_seconds,
    )
    server = Server(config, streams, drain or Drain())
    with suppress(KeyboardInterrupt):  # it has stopped as it should; a terminal's Ctrl-C comes to us as well
        server.run(sockets)
    return server.started
