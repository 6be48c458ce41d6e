"""httpx over connections that lead only where they may, and end when their time is over."""

from __future__ import annotations

import ssl
import typing
from collections.abc import Iterable, Iterator, Sequence

import httpcore
import httpx

from inspect_pipelines.ports.clock import Clock
from resources.http.addresses import AddressRefused, NameUnknown, resolve


class OutOfTime(Exception):
    """The request's whole time is over; httpx's own limits hold for each step only."""


class GuardedTransport(httpx.BaseTransport):
    """One request's transport.

    Args:
        deadline: On `clock.monotonic()`.
        allow_private: As in ChannelConfig.
        tls: For `https`.
    """

    def __init__(
        self, clock: Clock, deadline: float, allow_private: Sequence[str], tls: ssl.SSLContext | None
    ) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            network_backend=_Backend(clock, deadline, allow_private),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        try:
            answer = self._pool.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                    ),
                    headers=request.headers.raw,
                    content=typing.cast("Iterable[bytes]", request.stream),
                    extensions=request.extensions,
                )
            )
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
            raise _translated(error) from error
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from typing.cast("Iterable[bytes]", self._answer.stream)
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
            raise _translated(error) from error

    def close(self) -> None:
        self._answer.close()


def _translated(error: Exception) -> httpx.TransportError:
    """The error of the same name: httpx calls them as httpcore does."""
    kind: type[httpx.TransportError] = getattr(httpx, type(error).__name__, httpx.TransportError)
    return kind(str(error) or "the connection was closed")


class _Backend(httpcore.NetworkBackend):
    def __init__(self, clock: Clock, deadline: float, allow_private: Sequence[str]) -> None:
        self._clock, self._deadline, self._allow_private = clock, deadline, allow_private
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[typing.Any] | None = None,
    ) -> httpcore.NetworkStream:
        problem: httpcore.NetworkError | httpcore.TimeoutException | None = None
        try:
            left = max(self._deadline - self._clock.monotonic(), 0.001)
            addresses = resolve(host, port, self._allow_private, timeout=left)
        except NameUnknown as error:
            raise httpcore.ConnectError(str(error)) from error
        for address in addresses:
            left = self._deadline - self._clock.monotonic()
            if left <= 0:
                raise OutOfTime
            try:
                stream = self._plain.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
            else:
                return _Stream(stream, self._clock, self._deadline)
        raise problem or AddressRefused(f"{host!r} has no address")

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    """A connection whose every step gets what is left of the whole time: a byte a second is no way to hold us."""

    def __init__(self, stream: httpcore.NetworkStream, clock: Clock, deadline: float) -> None:
        self._stream, self._clock, self._deadline = stream, clock, deadline

    def _left(self) -> float:
        left = self._deadline - self._clock.monotonic()
        if left <= 0:
            raise OutOfTime
        return left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secure = self._stream.start_tls(ssl_context, server_hostname, self._left())
        return _Stream(secure, self._clock, self._deadline)

    def get_extra_info(self, info: str) -> typing.Any:
        return self._stream.get_extra_info(info)
