"""What sources send: signed requests as GitHub and senders of Standard Webhooks make them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from standardwebhooks.webhooks import Webhook

from inspect_pipelines.domain.event import SourceKind

PAYLOADS = Path(__file__).parent / "payloads"
GITHUB_SECRET = "it is a secret to everybody"
OTHER_SECRET = "whsec_" + base64.b64encode(b"twenty-four bytes and more").decode()
SENDER_SECRETS = {
    kind: f"what only {kind.value} and we know, in forty characters"
    for kind in SourceKind
    if kind not in (SourceKind.GITHUB, SourceKind.DEPLOY, SourceKind.GENERIC)
}


def payload(name: str) -> bytes:
    return (PAYLOADS / f"{name}.json").read_bytes()


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def github_headers(
    body: bytes, kind: str, delivery_id: str, *, secret: str = GITHUB_SECRET, **changes: str
) -> dict[str, str]:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "content-type": "application/json",
        "user-agent": "GitHub-Hookshot/044aadd",
        "x-github-event": kind,
        "x-github-delivery": delivery_id,
        "x-hub-signature-256": f"sha256={signature}",
    }
    return {**headers, **{name.replace("_", "-"): value for name, value in changes.items()}}


def standard_headers(
    body: bytes, delivery_id: str, *, secret: str = OTHER_SECRET, at: float | None = None, **changes: str
) -> dict[str, str]:
    seconds = int(time.time() if at is None else at)
    headers = {
        "content-type": "application/json",
        "webhook-id": delivery_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": Webhook(secret).sign(
            delivery_id, datetime.fromtimestamp(seconds, UTC), body.decode()
        ),
    }
    return {**headers, **{name.replace("_", "-"): value for name, value in changes.items()}}


def sender_headers(
    kind: SourceKind, body: bytes, *, secret: str | None = None, at: float | None = None, **changes: str
) -> dict[str, str]:
    """What each service sends, made by hand from its documentation."""
    key = SENDER_SECRETS[kind] if secret is None else secret
    mac = hmac.new(key.encode(), body, hashlib.sha256)
    signed: dict[SourceKind, Callable[[], dict[str, str]]] = {
        SourceKind.VERCEL: lambda: {"x-vercel-signature": hmac.new(key.encode(), body, "sha1").hexdigest()},
        SourceKind.NETLIFY: lambda: {"x-webhook-signature": a_jws(key, body)},
        SourceKind.HEROKU: lambda: {
            "heroku-webhook-hmac-sha256": base64.b64encode(mac.digest()).decode(),
            "heroku-webhook-id": "01234567",
        },
        SourceKind.GITLAB: lambda: {"x-gitlab-token": key, "x-gitlab-event": "Deployment Hook"},
        SourceKind.BITBUCKET: lambda: {
            "x-hub-signature": f"sha256={mac.hexdigest()}",
            "x-event-key": "repo:commit_status_updated",
            "x-request-uuid": "a0",
        },
        SourceKind.GITEA: lambda: {
            "x-gitea-signature": mac.hexdigest(),
            "x-gitea-event": "status",
            "x-gitea-delivery": "f6266f16",
            "x-hub-signature-256": f"sha256={mac.hexdigest()}",
        },
    }
    headers = {"content-type": "application/json", **signed[kind]()}
    return {**headers, **{name.replace("_", "-"): value for name, value in changes.items()}}


def a_jws(secret: str, body: bytes, *, alg: str = "HS256", **claims: Any) -> str:
    """Netlify's: the claims are its name and the body's digest."""
    told = {"iss": "netlify", "sha256": hashlib.sha256(body).hexdigest()} | claims
    parts = [_base64url(as_json({"alg": alg, "typ": "JWT"})), _base64url(as_json(told))]
    signature = hmac.new(secret.encode(), ".".join(parts).encode(), hashlib.sha256).digest()
    return ".".join([*parts, "" if alg == "none" else _base64url(signature)])


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
