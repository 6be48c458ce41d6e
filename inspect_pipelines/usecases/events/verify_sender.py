"""Verify what senders sign in ways of their own; each comparison takes the same time whatever was given.

GitHub: docs.github.com, "Validating webhook deliveries". Vercel: vercel.com/docs/webhooks/webhooks-api, "Securing webhooks" (HMAC-SHA1).
Netlify: docs.netlify.com/site-deploys/notifications, "Payload signature" (a JWS, whose claims are the issuer and the body's
SHA-256). Heroku: devcenter.heroku.com/articles/app-webhooks, "Securing webhook requests". GitLab: docs.gitlab.com, "Webhooks", "Secret
token". Bitbucket Cloud: support.atlassian.com, "Manage webhooks", "Secure webhooks". Gitea: docs.gitea.com, "Webhooks".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

# Nobody's: it stands in for a secret that is missing, so that it costs as much as one that is there.
NOBODYS_KEY = b"nobody has this key, and what it signs is refused"


def by_github(secret: str | None, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    return _same("sha256=" + _mac(secret, body).hex(), headers.get("x-hub-signature-256"), secret)


def by_vercel(secret: str | None, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    return _same(_mac(secret, body, "sha1").hex(), headers.get("x-vercel-signature"), secret)


def by_heroku(secret: str | None, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    expected = base64.b64encode(_mac(secret, body)).decode()
    return _same(expected, headers.get("heroku-webhook-hmac-sha256"), secret)


def by_bitbucket(secret: str | None, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    return _same("sha256=" + _mac(secret, body).hex(), headers.get("x-hub-signature"), secret)


def by_gitea(secret: str | None, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    return _same(_mac(secret, body).hex(), headers.get("x-gitea-signature"), secret)


def by_gitlab_token(secret: str | None, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """The token is compared by its digest, so that not even its length can be timed."""
    key = secret.encode() if secret is not None else NOBODYS_KEY
    given = headers.get("x-gitlab-token", "").encode("utf-8", "replace")
    is_same = hmac.compare_digest(hashlib.sha256(key).digest(), hashlib.sha256(given).digest())
    return is_same and secret is not None


def by_netlify(secret: str | None, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """The library checks the JWS by the one algorithm that Netlify uses; it signs the body's digest and no time."""
    import jwt  # here, since hardly any project has such a source, and every start would wait for it

    digest = hashlib.sha256(body).hexdigest()
    key = secret.encode() if secret is not None else NOBODYS_KEY
    try:
        claims = jwt.decode(
            headers.get("x-webhook-signature", ""),
            key,
            algorithms=["HS256"],
            issuer="netlify",
            options={
                "require": ["iss", "sha256"],
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
        told = str(claims["sha256"])
    except (jwt.InvalidTokenError, ValueError):  # whatever strangers put there
        told = ""
    return _same(digest, told, secret)


def _mac(secret: str | None, body: bytes, digest: str = "sha256") -> bytes:
    return hmac.new(secret.encode() if secret is not None else NOBODYS_KEY, body, digest).digest()


def _same(expected: str, given: str | None, secret: str | None) -> bool:
    is_same = hmac.compare_digest(expected.encode(), (given or "").encode("utf-8", "replace"))
    return is_same and secret is not None
