"""The gate: every connection that a browser's pages make leads through here, and is refused before it is made.

A SOCKS5 server (RFC 1928) on loopback that the browser context has as its proxy: HTTP, HTTPS, WebSockets, service workers,
prefetch and popups alike. Names are resolved here, once, and connected to as checked, so that a second answer of a name
server (rebinding) is never asked for. Whatever does not go through a proxy (QUIC, WebRTC's UDP) is switched off by a flag.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import socket
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass

from resources.http.addresses import AddressRefused, NameUnknown, resolve

VERSION, NO_AUTHENTICATION, CONNECT = 5, 0, 1
IPV4, NAME, IPV6 = 1, 3, 4
GRANTED, FAILED, NOT_ALLOWED, UNREACHABLE = 0, 1, 2, 4
CHUNK = 65_536  # bytes
CONNECT_SECONDS = 30.0  # a step's own time-out comes first as a rule
NET_ERRORS = {
    errno.ECONNREFUSED: "ERR_CONNECTION_REFUSED",
    errno.ETIMEDOUT: "ERR_CONNECTION_TIMED_OUT",
    errno.EHOSTUNREACH: "ERR_ADDRESS_UNREACHABLE",
    errno.ENETUNREACH: "ERR_ADDRESS_UNREACHABLE",
}  # what Chromium would have called it without a proxy


@dataclass(frozen=True, slots=True)
class Refused:
    """A connection that was not made because of the rules."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """Its address, as far as a connection has one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{host}/" if self.port == 443 else f"http://{host}:{self.port}/".replace(":80/", "/")

    def __str__(self) -> str:
        return (
            f"{self.host}:{self.port} was refused: it lies in a private network and nothing names it; "
            "if the page may reach it, add it to allowed_hosts in organization.yaml"
        )


class Gate:
    """One session's gate, open between `start` and `close`.

    Args:
        is_named: Whether the playbook names a host on a port; such a one may be private.
    """

    def __init__(self, is_named: Callable[[str, int], bool]) -> None:
        self._is_named = is_named
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="gate", daemon=True)
        self._server: asyncio.Server | None = None
        self._ends: weakref.WeakSet[asyncio.WriteTransport] = weakref.WeakSet()
        self._meetings: set[asyncio.Task[None]] = set()
        self._failures: dict[tuple[str, int], str] = {}
        self._refused: list[Refused] = []
        self.last_failed = ""  # `host:port` that could not be reached last

    def start(self) -> str:
        """Open it; the proxy's address."""
        self._loop = asyncio.new_event_loop()
        self._thread.start()
        self._ready.wait()
        assert self._server is not None
        port = self._server.sockets[0].getsockname()[1]
        return f"socks5://127.0.0.1:{port}"

    def close(self) -> None:
        """Cut all connections, if it was opened."""
        if not self._thread.is_alive():
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CONNECT_SECONDS)

    def net_error(self, host: str, port: int) -> str | None:
        """What Chromium would have said without us (`ERR_CONNECTION_REFUSED`); None: it was reached, or refused by rule."""
        return self._failures.get((host.strip("[]").lower(), port))

    def is_refused(self, host: str, port: int) -> bool:
        return Refused(host.strip("[]").lower(), port) in self._refused

    def refused(self) -> list[Refused]:
        """Every connection that was refused so far, each place once, the first one first."""
        return [*self._refused]

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._server = self._loop.run_until_complete(asyncio.start_server(self._admit, "127.0.0.1", 0))
        self._ready.set()
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(self._cut_all())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    async def _cut_all(self) -> None:
        """Bytes that nobody takes any more would keep a connection open beyond its loop: cut, not closed."""
        assert self._server is not None
        self._server.close()
        await asyncio.sleep(0)  # who is just coming in gets a connection first, that can be cut
        # Again and again: CPython 3.11's `wait_for` may swallow a cancellation, and a connection's first turn comes late.
        while True:
            for task in self._meetings:
                task.cancel()
            for end in tuple(self._ends):
                end.abort()
            rest = asyncio.all_tasks() - {asyncio.current_task()}
            if not rest:
                break
            await asyncio.wait(rest, timeout=0.1)
        await asyncio.sleep(0)  # a transport lets go of its socket in the loop's next turn

    def _admit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Known from its first moment: a task that is cancelled before it begins could not close what it was given."""
        self._ends.add(writer.transport)
        meeting = self._loop.create_task(self._meet(reader, writer))
        self._meetings.add(meeting)
        meeting.add_done_callback(self._meetings.discard)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            try:
                host, port = await _asked_for(reader, writer)
                answer, connection = await self._connected(host, port)
                writer.write(bytes([VERSION, answer, 0, IPV4, 0, 0, 0, 0, 0, 0]))
                if connection is not None:
                    await self._relayed(reader, writer, connection)
            finally:
                writer.close()

    async def _connected(self, host: str, port: int) -> tuple[int, socket.socket | None]:
        plain = host.strip("[]").lower()
        allow_private = (plain,) if self._is_named(plain, port) else ()
        try:
            addresses = await asyncio.to_thread(resolve, plain, port, allow_private)
        except AddressRefused:
            if (refused := Refused(plain, port)) not in self._refused:
                self._refused.append(refused)
            return NOT_ALLOWED, None
        except NameUnknown:
            self._fail(plain, port, "ERR_NAME_NOT_RESOLVED")
            return UNREACHABLE, None
        code = "ERR_CONNECTION_FAILED"
        for address in addresses:
            kind = socket.AF_INET6 if ":" in address else socket.AF_INET
            connection = socket.socket(kind, socket.SOCK_STREAM)
            connection.setblocking(False)
            try:
                await asyncio.wait_for(self._loop.sock_connect(connection, (address, port)), CONNECT_SECONDS)
            except TimeoutError:
                code = "ERR_CONNECTION_TIMED_OUT"
            except OSError as error:
                code = NET_ERRORS.get(error.errno or 0, code)
            except asyncio.CancelledError:
                connection.close()
                raise
            else:
                self._failures.pop((plain, port), None)
                return GRANTED, connection
            connection.close()
        self._fail(plain, port, code)
        return FAILED, None

    async def _relayed(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, to: socket.socket
    ) -> None:
        """Pass bytes both ways until both sides have ended."""
        far_reader, far_writer = await asyncio.open_connection(sock=to)
        self._ends.add(far_writer.transport)
        try:
            await asyncio.gather(_copied(reader, far_writer), _copied(far_reader, writer))
        finally:
            far_writer.close()

    def _fail(self, host: str, port: int, code: str) -> None:
        self._failures[host, port] = code
        self.last_failed = f"{host}:{port}"


async def _asked_for(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[str, int]:
    """The handshake of RFC 1928; raises ConnectionAbortedError for what no browser says."""
    version, methods = await reader.readexactly(2)
    offered = await reader.readexactly(methods)
    if version != VERSION or NO_AUTHENTICATION not in offered:
        raise ConnectionAbortedError("no SOCKS5 client")
    writer.write(bytes([VERSION, NO_AUTHENTICATION]))
    version, command, _, kind = await reader.readexactly(4)
    if version != VERSION or command != CONNECT:
        raise ConnectionAbortedError("only CONNECT is spoken here")
    if kind == NAME:
        (length,) = await reader.readexactly(1)
        host = (await reader.readexactly(length)).decode("ascii", "replace")
    elif kind in (IPV4, IPV6):
        host = str(ipaddress.ip_address(await reader.readexactly(4 if kind == IPV4 else 16)))
    else:
        raise ConnectionAbortedError("an address of an unknown kind")
    return host, int.from_bytes(await reader.readexactly(2), "big")


async def _copied(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(CHUNK):
            target.write(data)
            await target.drain()
        if target.can_write_eof():
            target.write_eof()
    except OSError:
        target.transport.abort()  # one side is gone: so is the other
