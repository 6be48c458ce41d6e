"""Microsoft Teams: an Adaptive Card to a Workflows address, at most 28 KB."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from inspect_pipelines.domain.message import Link, Message, MessageKind, Urgency
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.ports.channel import Receipt
from inspect_pipelines.ports.gallery import Gallery
from resources.channels.pictures import small_jpeg, stored
from resources.channels.telling import (
    Fact,
    cut,
    facts,
    heading,
    is_web,
    isolated,
    label_of,
    links,
    mark,
    message_of,
    more,
    plain,
    sentence,
    shown_lines,
    unangled,
)
from resources.channels.who import People
from resources.http.outgoing import Outgoing

MAX_BYTES = 28_000  # Teams refuses a larger message, with 413 or (by older connectors) silently
MAX_PICTURE_BYTES = 12_000  # base64 makes 16 KB of it
PICTURE_PX = 480
MAX_LINES = 10
MAX_ACTIONS = 6  # more stand behind an overflow menu
STYLES = {
    Urgency.CRITICAL: "attention",
    Urgency.ERROR: "attention",
    Urgency.WARNING: "warning",
    Urgency.INFO: "accent",
}

Element = dict[str, Any]


class TeamsChannel:
    """Posts to the address of a Workflows trigger, `When a Teams webhook request is received`."""

    def __init__(self, outgoing: Outgoing, url: str, people: People, gallery: Gallery) -> None:
        self._outgoing = outgoing
        self._url = url
        self._people = people
        self._gallery = gallery

    def send(self, notification: Notification, thread: Mapping[str, str]) -> Receipt:
        """Post a card. A workflow has no threads, so each card says which incident it is of."""
        message = message_of(notification)
        body = envelope(message, self._people, self._picture(message))
        answer = self._outgoing.send("POST", self._url, json_body=body)
        name = answer.headers.get("x-ms-workflow-run-id") or answer.headers.get("x-ms-request-id", "")
        return Receipt(f"Teams workflow accepted it{f', run {plain(name)[:80]}' if name else ''}")

    def _picture(self, message: Message) -> bytes | None:
        """A small JPEG of the first picture; None: there is none, or it stays too large."""
        if not message.pictures:
            return None
        whole = stored(self._gallery, message.pictures[0].sha256)
        return small_jpeg(whole, max_px=PICTURE_PX, max_bytes=MAX_PICTURE_BYTES) if whole else None


def envelope(message: Message, people: People, picture: bytes | None = None) -> Element:
    """The request's body, at most 28 KB: the picture goes first, then findings, then facts."""
    for with_picture, lines, with_facts in (
        (picture, MAX_LINES, True),
        (None, MAX_LINES, True),
        (None, 5, True),
        (None, 0, False),
    ):
        found = {
            "type": "message",
            "attachments": [
                {
                    "contentType": "application/vnd.microsoft.card.adaptive",
                    "contentUrl": None,
                    "content": card(message, people, with_picture, lines=lines, with_facts=with_facts),
                }
            ],
        }
        if len(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace")) <= MAX_BYTES:
            break
    return found


def card(
    message: Message,
    people: People,
    picture: bytes | None = None,
    *,
    lines: int = MAX_LINES,
    with_facts: bool = True,
) -> Element:
    """The Adaptive Card."""
    is_good = message.kind in (MessageKind.RESOLVED, MessageKind.SUCCESS)
    style = "good" if is_good else STYLES[message.severity]
    title = _text(f"{mark(message)} {isolated(heading(message, 200))}", size="Large", weight="Bolder")
    body: list[Element] = [{"type": "Container", "style": style, "bleed": True, "items": [title]}]
    if sentence(message):
        body.append(_text(isolated(sentence(message))))
    rows = facts(message) if with_facts else []
    if rows:
        body.append(
            {"type": "FactSet", "facts": [{"title": fact.label, "value": _value(fact)} for fact in rows]}
        )
    shown, left_out = shown_lines(message.lines, count=lines, size=6000, line_size=200)
    body += [_text(f"• {line}", spacing="Small") for line in shown]
    if left_out:
        body.append(_text(more(left_out), spacing="Small", isSubtle=True))
    body += _picture_elements(message, picture)
    words, entities = _mentions(message, people)
    if words:
        body.append({"type": "TextBlock", "text": words, "wrap": True})
    actions = [
        {"type": "Action.OpenUrl", "title": unangled(cut(label_of(link), 80)), "url": link.url}
        for link in links(message)[:MAX_ACTIONS]
        if len(link.url) < 1000
    ]
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": unangled(cut(f"{heading(message, 200)}: {sentence(message)}", 400)),
        "body": body,
        **({"actions": actions} if actions else {}),
        "msteams": {"width": "Full", **({"entities": entities} if entities else {})},
    }


def escape(text: str) -> str:
    """A TextBlock reads a little Markdown and `<at>`: no sign of either is left with a meaning."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"\\{sign}" if sign in "\\`*_[]()#~" else sign for sign in text)


def _text(text: str, **more_keys: Any) -> Element:
    return {"type": "TextBlock", "text": escape(text), "wrap": True, **more_keys}


def _value(fact: Fact) -> str:
    return ", ".join(
        [*(_link(link) for link in fact.links), *([escape(cut(fact.text, 200))] if fact.text else [])]
    )


def _link(link: Link) -> str:
    label = escape(isolated(cut(label_of(link), 100)))
    url = link.url.replace("(", "%28").replace(")", "%29")
    return f"[{label}]({url})" if is_web(link.url) and len(url) < 1000 else label


def _picture_elements(message: Message, picture: bytes | None) -> list[Element]:
    if not message.pictures:
        return []
    alt = unangled(cut(plain(message.pictures[0].alt), 300))
    if picture is None:
        return [_text(f"Picture: {isolated(alt)}, behind the links below", spacing="Small", isSubtle=True)]
    data = base64.b64encode(picture).decode()
    return [{"type": "Image", "url": f"data:image/jpeg;base64,{data}", "altText": alt, "size": "Stretch"}]


def _mentions(message: Message, people: People) -> tuple[str, list[Element]]:
    words, entities = [], []
    for name, who in people.of(message):
        if who is None or not who.teams:
            words.append(escape(isolated(name)))
            continue
        text = f"<at>{escape(name.removeprefix('@'))}</at>"
        words.append(text)
        shown = {"id": who.teams, "name": name.removeprefix("@")}
        entities.append({"type": "mention", "text": text, "mentioned": shown})
    return " ".join(words), entities
