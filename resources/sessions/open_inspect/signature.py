"""Signatures of requests to a control plane, scheme `sig1`: HMAC-SHA256 over what is really sent."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import parse_qsl, quote

SCHEME = "sig1"
NONCE_DIGITS = 16
UNESCAPED = "-_.!~*'()"  # besides letters and digits, by JavaScript's encodeURIComponent


def signature(
    *,
    secret: str,
    service: str,
    timestamp_ms: int,
    nonce: str,
    method: str,
    path: str,
    query: str,
    body: bytes,
    actor: str,
) -> str:
    """The value of `X-OpenInspect-Service-Signature`.

    Args:
        nonce: 16 hex digits, never used before.
        path: As it is sent, percent-encoded.
        query: As it is sent, without its `?`; empty when there is none.
        body: The very bytes that are sent.
        actor: The value of `X-OpenInspect-Actor`; empty when it is not sent.
    """
    lines = (
        SCHEME,
        service,
        str(timestamp_ms),
        nonce,
        method,
        path,
        canonical_query(query),
        hashlib.sha256(body).hexdigest(),
        actor,
    )
    digest = hmac.new(secret.encode(), "\n".join(lines).encode(), hashlib.sha256).hexdigest()
    return f"{SCHEME}.{timestamp_ms}.{nonce}.{digest}"


def canonical_query(query: str) -> str:
    """A query decoded, ordered by the bytes of key, zero byte and value, and encoded as JavaScript's encodeURIComponent does."""
    pairs = parse_qsl(query, keep_blank_values=True)
    pairs.sort(key=lambda pair: "\0".join(pair).encode())
    return "&".join(f"{quote(key, safe=UNESCAPED)}={quote(value, safe=UNESCAPED)}" for key, value in pairs)
