"""Draining: a process that shall leave says so first, so that no proxy sends it what it would refuse."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CLOSE = (b"connection", b"close")


class Drain:
    """Of one process.

    Args:
        seconds: From the word that it shall leave to the last request that it takes: as long as whoever sends requests
            needs to see that it is not ready.
        monotonic: Counts them.
    """

    def __init__(self, seconds: float = 0.0, monotonic: Callable[[], float] = lambda: 0.0) -> None:
        self.seconds = seconds
        self._monotonic = monotonic
        self._began: float | None = None

    @property
    def has_begun(self) -> bool:
        return self._began is not None

    @property
    def is_over(self) -> bool:
        return self._began is not None and self._monotonic() - self._began >= self.seconds

    def begin(self) -> None:
        """It shall leave; called twice, the first time counts."""
        if self._began is None:
            self._began = self._monotonic()


class LastOnes:
    """Middleware: each answer of a process that drains is the last one on its connection.

    A proxy keeps connections for what comes next, and would send that into one that is just being closed.
    """

    def __init__(self, app: ASGIApp, drain: Drain) -> None:
        self._app, self._drain = app, drain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_as_last(message: Message) -> None:
            if message["type"] == "http.response.start" and self._drain.has_begun:
                message["headers"] = [*message.get("headers", ()), CLOSE]
            await send(message)

        await self._app(scope, receive, send_as_last if scope["type"] == "http" else send)
