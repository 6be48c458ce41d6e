"""Any service of one's own: signed JSON by the rules of Standard Webhooks."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from standardwebhooks import Webhook

from inspect_pipelines.domain.message import Link, Message
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.errors import ChannelError
from inspect_pipelines.ports.channel import Receipt
from inspect_pipelines.ports.clock import Clock
from resources.channels.telling import (
    MAX_SUSPECTS,
    cut,
    heading,
    label_of,
    links,
    message_of,
    plain,
    plain_text,
    sentence,
    shown_lines,
)
from resources.http.outgoing import Outgoing, redacted

MAX_BYTES = 20_000  # as Standard Webhooks advises
MAX_LINES = 50
LEAST_SECRET_BYTES = 24
SAFE_ID = re.compile(r"[A-Za-z0-9_:@#/-]{1,200}")  # no dot: the signature joins id, time and body with dots


class WebhookChannel:
    """Posts each notification with its own id, so that a receiver knows a repeated one."""

    def __init__(self, outgoing: Outgoing, url: str, secret: str, clock: Clock) -> None:
        self._outgoing = outgoing
        self._url = url
        self._webhook = _signer(outgoing, secret)
        self._clock = clock

    def send(self, notification: Notification, thread: Mapping[str, str]) -> Receipt:
        """Post it, signed."""
        name = webhook_id(notification.id)
        at = self._clock.now().astimezone(UTC).replace(microsecond=0)
        text = body(notification, at=at.isoformat().replace("+00:00", "Z"))
        headers = {
            "Content-Type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": self._webhook.sign(name, at, text),
        }
        answer = self._outgoing.send("POST", self._url, headers=headers, content=text.encode())
        return Receipt(f"{self._outgoing.service} answered {answer.status} to webhook-id {name}")


def webhook_id(notification_id: str) -> str:
    """The notification's id, or a digest where it would not fit a header."""
    if SAFE_ID.fullmatch(notification_id):
        return notification_id
    return f"msg_{hashlib.sha256(notification_id.encode('utf-8', 'replace')).hexdigest()[:32]}"


def body(notification: Notification, *, at: str) -> str:
    """The JSON text, at most 20 KB."""
    message = message_of(notification)
    for lines, size in ((MAX_LINES, 8000), (5, 1000), (0, 0)):
        shown, left_out = shown_lines(message.lines, count=lines, size=size, line_size=500)
        data = _data(message, shown, left_out)
        found = {"type": f"message.{message.kind.value}", "timestamp": at, "data": data}
        text = json.dumps(found, ensure_ascii=False)
        if len(text.encode()) <= MAX_BYTES:
            return text
    data.update({"links": [], "suspects": [], "last_good": None, "pictures": [], "text": ""})
    return json.dumps(found, ensure_ascii=False)


def _data(message: Message, shown: list[str], left_out: int) -> dict[str, Any]:
    return {
        "kind": message.kind.value,
        "severity": message.severity.value,
        "title": heading(message, 300),
        "verdict": cut(plain(message.verdict), 100),
        "sentence": sentence(message),
        "definition": cut(plain(message.definition_name), 200),
        "dedup_key": message.dedup_key[:255],
        "incident_id": message.incident_id,
        "since": message.since.astimezone(UTC).isoformat().replace("+00:00", "Z") if message.since else None,
        "last_good": _link(message.last_good) if message.last_good else None,
        "suspects": [_link(link) for link in message.suspects[:MAX_SUSPECTS]],
        "links": [_link(link) for link in links(message)],
        "pictures": [{"sha256": one.sha256, "alt": cut(plain(one.alt), 300)} for one in message.pictures[:3]],
        "mentions": [cut(plain(mention), 80) for mention in message.mentions[:10]],
        "findings": shown,
        "more_findings": left_out,
        "text": plain_text(message, limit=3000)[:3000],
    }


def _link(link: Link) -> dict[str, str]:
    return {"label": label_of(link), "url": cut(plain(link.url), 500)}


def _signer(outgoing: Outgoing, secret: str) -> Webhook:
    encoded = secret.removeprefix("whsec_")
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < LEAST_SECRET_BYTES:
        raise _unusable(outgoing, secret)
    return Webhook(key)


def _unusable(outgoing: Outgoing, secret: str) -> ChannelError:
    what = (
        f"cannot be signed for: its secret is not 'whsec_' and the base64 of at least {LEAST_SECRET_BYTES} bytes; "
        "make one with: python -c \"import base64,os; print('whsec_' + base64.b64encode(os.urandom(32)).decode())\""
    )
    return outgoing.error(redacted(what, [secret]), is_permanent=True)
