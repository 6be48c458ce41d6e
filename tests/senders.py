"""What sources send: signed requests as GitHub and senders of Standard Webhooks make them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from standardwebhooks.webhooks import Webhook

PAYLOADS = Path(__file__).parent / "payloads"
GITHUB_SECRET = "it is a secret to everybody"
OTHER_SECRET = "whsec_" + base64.b64encode(b"twenty-four bytes and more").decode()


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
