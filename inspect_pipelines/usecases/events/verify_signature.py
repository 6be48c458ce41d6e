"""Verify: whether a request carries a signature that only somebody with a source's secret can make."""

from __future__ import annotations

import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from inspect_pipelines.domain.event import SourceKind
from inspect_pipelines.errors import UsageError

GITHUB_SIGNATURE = "x-hub-signature-256"
STANDARD_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
SKEW_SECONDS = (
    300  # between the sender's clock and ours, as Standard Webhooks recommends; GitHub sends no time
)
KEYS = (
    2  # are tried for every request, so that its time tells neither how many there are nor which one fitted
)

SIGNATURES = 10  # of one request that are looked at; a sender that rotates its key sends two

# Nobody's: they stand in for a missing second secret, and for those of a source that is not there.
NOBODYS_KEY = b"nobody has this key, and what it signs is refused"
NOBODYS_SECRET = "whsec_bm9ib2R5IGhhcyB0aGlzIGtleSwgYW5kIHdoYXQgaXQgc2lnbnMgaXMgcmVmdXNlZA=="  # noqa: S105


def is_signed(
    kind: SourceKind, secrets: Sequence[str], headers: Mapping[str, str], body: bytes, *, now: datetime
) -> bool:
    """Whether the body was signed with one of the secrets, in the way of this kind of source.

    It takes the same time for one secret, for two and for none.

    Args:
        kind: GitHub signs in its own way, the others as Standard Webhooks says.
        secrets: Up to two, themselves; none: nothing is ever signed.
        headers: With names in lower case.
        body: As it came over the wire.
        now: Of our clock.
    """
    check = _by_github if kind is SourceKind.GITHUB else _by_standard_webhooks
    tried = [check(secret, headers, body, now) for secret in secrets]
    for _ in range(KEYS - len(tried)):
        check(None, headers, body, now)
    return any(tried)


def claims_signature(kind: SourceKind, headers: Mapping[str, str]) -> bool:
    """Whether the headers have all that a signature consists of, be it good or not; names in lower case."""
    needed = (GITHUB_SIGNATURE,) if kind is SourceKind.GITHUB else STANDARD_HEADERS
    return all(headers.get(name) for name in needed)


def check_secret(kind: SourceKind, secret: str) -> None:
    """Refuse a secret that cannot be a key.

    Raises:
        UsageError: It is empty, or no base64 where that is asked for.
    """
    if not secret:
        raise UsageError("the secret is empty")
    if kind is not SourceKind.GITHUB:
        try:
            Webhook(secret)
        except (binascii.Error, ValueError, EmptyWebhookSecretError) as error:
            raise UsageError(
                "the secret is not one of Standard Webhooks: 'whsec_' and the base64 of 24 to 64 bytes; "
                "make one with: echo whsec_$(openssl rand -base64 32)"
            ) from error


def _by_github(secret: str | None, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    key = secret.encode() if secret is not None else NOBODYS_KEY
    expected = "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()
    given = headers.get(GITHUB_SIGNATURE, "").encode("utf-8", "replace")
    return hmac.compare_digest(expected.encode(), given) and secret is not None


def _by_standard_webhooks(secret: str | None, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """The library makes the signature; the time is compared here, because it would ask the system's clock."""
    identity, written = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    seconds = int(written) if written.isascii() and written.isdigit() and len(written) <= 11 else 0
    try:
        text = body.decode()
    except UnicodeDecodeError:  # it signs text
        text = ""
        seconds = 0
    webhook = Webhook(secret if secret is not None else NOBODYS_SECRET)
    expected = webhook.sign(identity, datetime.fromtimestamp(seconds, UTC), text).encode()
    given = headers.get("webhook-signature", "").encode("utf-8", "replace").split(b" ")[:SIGNATURES]
    fits = [hmac.compare_digest(expected, signature) for signature in given]
    is_now = abs(now.timestamp() - seconds) <= SKEW_SECONDS
    return any(fits) and is_now and bool(identity) and secret is not None
