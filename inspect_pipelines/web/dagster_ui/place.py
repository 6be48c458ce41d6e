"""Where the server of Dagster's UI listens, and how it is reached."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect, unix_connect
from websockets.typing import Subprotocol

LIMITS = httpx.Limits(
    max_connections=None,
    max_keepalive_connections=20,
    keepalive_expiry=2.0,  # the server closes them after five seconds; one that it closes as we use it has lost a request
)
TIMEOUT = httpx.Timeout(
    120.0, connect=30.0
)  # a launch without a daemon waits for the run's process; nobody there is known at once


class Place(Protocol):
    """One server."""

    @property
    def origin(self) -> str:
        """That requests are sent to."""
        ...

    @property
    def has_own_name(self) -> bool:
        """Whether it is asked by its own name instead of ours."""
        ...

    @property
    def away(self) -> str:
        """What is said while nobody answers there."""
        ...

    def client(self) -> httpx.AsyncClient: ...

    async def websocket(self, target: str, subprotocols: list[Subprotocol] | None) -> ClientConnection:
        """An open connection.

        Args:
            target: Path and query.
        """
        ...


@dataclass(frozen=True)
class OnSocket:
    """A part of `up`: a Unix socket that only this user's processes reach."""

    path: str
    origin: str = "http://dagster"
    has_own_name: bool = False
    away: str = "Dagster's UI does not answer; it is coming up, or `up` runs with --no-ui; see logs/ui.log"

    def client(self) -> httpx.AsyncClient:
        # Nobody speaks TLS on a socket of this machine, and to read whom we trust delays the start.
        trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        transport = httpx.AsyncHTTPTransport(verify=trusted, uds=self.path, limits=LIMITS)
        return httpx.AsyncClient(transport=transport, timeout=TIMEOUT, trust_env=False)

    async def websocket(self, target: str, subprotocols: list[Subprotocol] | None) -> ClientConnection:
        # An event log's page may be long, and it comes from our own server.
        return await unix_connect(
            self.path, f"ws://dagster{target}", subprotocols=subprotocols, compression=None, max_size=None
        )


class Elsewhere:
    """A Dagster that others run, at the address of INSPECT_DAGSTER_URL."""

    has_own_name = True

    def __init__(self, url: str) -> None:
        found = urlsplit(url)
        self.origin = f"{found.scheme}://{found.netloc}"
        self._sockets = f"{'wss' if found.scheme == 'https' else 'ws'}://{found.netloc}"
        self.away = f"Dagster at {url} does not answer; ask whoever runs it, or correct INSPECT_DAGSTER_URL"

    def client(self) -> httpx.AsyncClient:
        trusted = httpx.create_ssl_context()  # SSL_CERT_FILE's too, as everywhere
        return httpx.AsyncClient(verify=trusted, timeout=TIMEOUT, limits=LIMITS, trust_env=False)

    async def websocket(self, target: str, subprotocols: list[Subprotocol] | None) -> ClientConnection:
        url = f"{self._sockets}{target}"
        return await connect(url, subprotocols=subprotocols, compression=None, max_size=None, proxy=None)
