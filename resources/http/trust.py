"""Whom we trust over TLS: read once an hour, since reading the bundle takes a tenth of a second."""

from __future__ import annotations

import ssl

from inspect_pipelines.ports.clock import Clock

FRESH_SECONDS = 3600.0  # a bundle that was exchanged is heard of within an hour


class Trust:
    """The certificate authorities of certifi, or those of the file that SSL_CERT_FILE names."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._context: ssl.SSLContext | None = None
        self._read_at = 0.0

    def context(self) -> ssl.SSLContext:
        now = self._clock.monotonic()
        if self._context is None or now - self._read_at > FRESH_SECONDS:
            import httpx  # 0.1 s, which only those pay who ask somebody

            self._context, self._read_at = httpx.create_ssl_context(), now
        return self._context
