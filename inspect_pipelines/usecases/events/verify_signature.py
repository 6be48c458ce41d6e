"""Verify: whether a request carries a signature that only somebody with a source's secret can make."""

from __future__ import annotations

import binascii
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from inspect_pipelines.domain.event import SourceKind
from inspect_pipelines.errors import UsageError
from inspect_pipelines.usecases.events.verify_sender import (
    by_bitbucket,
    by_gitea,
    by_github,
    by_gitlab_token,
    by_heroku,
    by_netlify,
    by_vercel,
)

STANDARD_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
SVIX_HEADERS = ("svix-id", "svix-timestamp", "svix-signature")  # the same, as Svix named them first
SIGNING = "whsec_"  # how a secret of Standard Webhooks begins
SHORTEST_JWS_KEY = 32  # bytes, RFC 7518 says for HS256
SKEW_SECONDS = (
    300  # between the sender's clock and ours, as Standard Webhooks recommends; GitHub sends no time
)
KEYS = (
    2  # are tried for every request, so that its time tells neither how many there are nor which one fitted
)

SIGNATURES = 10  # of one request that are looked at; a sender that rotates its key sends two

# Nobody's: it stands in for a missing second secret, and for those of a source that is not there.
NOBODYS_SECRET = "whsec_bm9ib2R5IGhhcyB0aGlzIGtleSwgYW5kIHdoYXQgaXQgc2lnbnMgaXMgcmVmdXNlZA=="  # noqa: S105


def is_signed(
    kind: SourceKind, secrets: Sequence[str], headers: Mapping[str, str], body: bytes, *, now: datetime
) -> bool:
    """Whether the body was signed with one of the secrets, in the way of this kind of source.

    It takes the same time for one secret, for two and for none.

    Args:
        kind: Some sign in ways of their own, the others as Standard Webhooks says.
        secrets: Up to two, themselves; none: nothing is ever signed.
        headers: With names in lower case.
        body: As it came over the wire.
        now: Of our clock.
    """
    check = CHECKS[kind]
    tried = [check(secret, headers, body, now) for secret in secrets]
    for _ in range(KEYS - len(tried)):
        check(None, headers, body, now)
    return any(tried)


def claims_signature(kind: SourceKind, headers: Mapping[str, str]) -> bool:
    """Whether the headers have all that a signature consists of, be it good or not; names in lower case."""
    return any(all(headers.get(name) for name in names) for names in HEADERS[kind])


def standard_names(headers: Mapping[str, str]) -> tuple[str, str, str]:
    """The names of id, time and signature by which a request of Standard Webhooks is checked; never some of each."""
    return STANDARD_HEADERS if headers.get(STANDARD_HEADERS[2]) else SVIX_HEADERS


def check_secret(kind: SourceKind, secret: str) -> None:
    """Refuse a secret that cannot be a key.

    Raises:
        UsageError: It is empty, too short, or no base64 where that is asked for.
    """
    if not secret:
        raise UsageError("the secret is empty")
    if kind is SourceKind.NETLIFY and len(secret.encode()) < SHORTEST_JWS_KEY:
        raise UsageError(
            f"the secret has {len(secret.encode())} bytes; a JWS secret needs {SHORTEST_JWS_KEY}, "
            "make one with: openssl rand -hex 32"
        )
    if CHECKS[kind] is by_standard_webhooks or (kind is SourceKind.GITLAB and secret.startswith(SIGNING)):
        try:
            Webhook(secret)
        except (binascii.Error, ValueError, EmptyWebhookSecretError) as error:
            raise UsageError(
                "the secret is not one of Standard Webhooks: 'whsec_' and the base64 of 24 to 64 bytes; "
                "make one with: echo whsec_$(openssl rand -base64 32)"
            ) from error


def by_gitlab(secret: str | None, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """By a signing token, since GitLab 19.0 as Standard Webhooks has it, or by a secret token, which is sent as it is.

    Which of both is the secret's to say: a request never chooses the weaker one.
    """
    is_signing = secret is not None and secret.startswith(SIGNING)
    by_token = by_gitlab_token(None if is_signing else secret, headers, body, now)
    return by_standard_webhooks(secret if is_signing else None, headers, body, now) or by_token


def by_standard_webhooks(secret: str | None, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """The library makes the signature; the time is compared here, because it would ask the system's clock."""
    identity, written, given_ones = (headers.get(name, "") for name in standard_names(headers))
    seconds = int(written) if written.isascii() and written.isdigit() and len(written) <= 11 else 0
    try:
        text = body.decode()
    except UnicodeDecodeError:  # it signs text
        text = ""
        seconds = 0
    webhook = Webhook(secret if secret is not None else NOBODYS_SECRET)
    expected = webhook.sign(identity, datetime.fromtimestamp(seconds, UTC), text).encode()
    given = given_ones.encode("utf-8", "replace").split(b" ")[:SIGNATURES]
    fits = [hmac.compare_digest(expected, signature) for signature in given]
    is_now = abs(now.timestamp() - seconds) <= SKEW_SECONDS
    return any(fits) and is_now and bool(identity) and secret is not None


# One set of headers or another is what a signature consists of.
HEADERS: Mapping[SourceKind, tuple[tuple[str, ...], ...]] = {
    SourceKind.GITHUB: (("x-hub-signature-256",),),
    SourceKind.DEPLOY: (STANDARD_HEADERS, SVIX_HEADERS),
    SourceKind.GENERIC: (STANDARD_HEADERS, SVIX_HEADERS),
    SourceKind.VERCEL: (("x-vercel-signature",),),
    SourceKind.NETLIFY: (("x-webhook-signature",),),
    SourceKind.HEROKU: (("heroku-webhook-hmac-sha256",),),
    SourceKind.GITLAB: (("x-gitlab-token",), STANDARD_HEADERS),
    SourceKind.BITBUCKET: (("x-hub-signature",),),
    SourceKind.GITEA: (("x-gitea-signature",),),
}
Check = Callable[[str | None, Mapping[str, str], bytes, datetime], bool]
CHECKS: Mapping[SourceKind, Check] = {
    SourceKind.GITHUB: by_github,
    SourceKind.DEPLOY: by_standard_webhooks,
    SourceKind.GENERIC: by_standard_webhooks,
    SourceKind.VERCEL: by_vercel,
    SourceKind.NETLIFY: by_netlify,
    SourceKind.HEROKU: by_heroku,
    SourceKind.GITLAB: by_gitlab,
    SourceKind.BITBUCKET: by_bitbucket,
    SourceKind.GITEA: by_gitea,
}
