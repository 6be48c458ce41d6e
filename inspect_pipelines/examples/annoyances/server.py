"""The site on loopback: `with AnnoyingSite() as site: .. site.url`."""

from __future__ import annotations

import socket
import threading
import time
from types import TracebackType
from typing import Self

import uvicorn

from inspect_pipelines.errors import Unavailable
from inspect_pipelines.examples.annoyances.site import site

LOOPBACK = "127.0.0.1"
PORT = 8471  # the one that schedules.yaml and organization.yaml beside this file name
UP_WITHIN_SECONDS = 60.0


class AnnoyingSite:
    """A running site; several may run side by side.

    Args:
        port: 0 takes a free one.

    Raises:
        Unavailable: On entering: the port is taken.
    """

    def __init__(self, *, port: int = 0) -> None:
        self._wanted_port = port
        self._socket = socket.socket()
        self._server = uvicorn.Server(
            uvicorn.Config(site(), log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
        )
        # Signals stay with whoever serves it: uvicorn takes them in the main thread only.
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )

    def __enter__(self) -> Self:
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((LOOPBACK, self._wanted_port))
        except OSError as error:
            self._socket.close()
            raise Unavailable(
                f"the annoying site cannot listen on port '{self._wanted_port}': {error.strerror}; "
                "give another port, or 0 for any free one"
            ) from error
        self._thread.start()
        give_up_at = time.monotonic() + UP_WITHIN_SECONDS
        while not self._server.started:
            if time.monotonic() > give_up_at or not self._thread.is_alive():
                raise Unavailable(f"the annoying site did not come up within {UP_WITHIN_SECONDS:g} s")
            time.sleep(0.01)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join(UP_WITHIN_SECONDS)
        self._socket.close()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._socket.getsockname()[1])

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.port}"
