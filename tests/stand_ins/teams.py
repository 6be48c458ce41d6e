"""A Teams workflow that posts cards: the envelope, the elements of version 1.4, mentions, 28 KB."""

from __future__ import annotations

import base64
import re
from typing import Any

from stand_ins.server import Request, Says, StandIn

SECRET_PATH = "/workflows/hunter2/triggers/manual/paths/invoke"
KEYS = {
    "Container": {"type", "style", "bleed", "items"},
    "TextBlock": {"type", "text", "wrap", "size", "weight", "spacing", "isSubtle"},
    "FactSet": {"type", "facts"},
    "Image": {"type", "url", "altText", "size"},
    "Action.OpenUrl": {"type", "title", "url"},
}
STYLES = {"default", "emphasis", "good", "attention", "warning", "accent"}


class Teams(StandIn):
    def answer(self, request: Request) -> Says:
        if request.path != SECRET_PATH:
            return Says(404, {"error": {"code": "WorkflowNotFound"}})
        if len(request.body) > 28 * 1024:
            return Says(413, {"error": {"code": "RequestEntityTooLarge"}})
        problem = problem_of(request.json())
        if problem:
            return Says(400, {"error": {"code": "BadRequest", "message": problem}})
        return Says(202, b"", {"x-ms-workflow-run-id": "08584"})


def problem_of(envelope: dict[str, Any]) -> str:
    """What is wrong; empty: nothing."""
    if set(envelope) != {"type", "attachments"} or envelope["type"] != "message":
        return "envelope"
    (attachment,) = envelope["attachments"]
    if attachment["contentType"] != "application/vnd.microsoft.card.adaptive":
        return "contentType"
    card = attachment["content"]
    if card["type"] != "AdaptiveCard" or card["version"] != "1.4":
        return "card"
    for element in elements(card):
        if set(element) - KEYS[element["type"]]:
            return f"keys of {element['type']}"
        if element["type"] == "Container" and element["style"] not in STYLES:
            return "style"
        if element["type"] == "Image" and not base64.b64decode(
            element["url"].partition(",")[2], validate=True
        ):
            return "image"
        if element["type"] == "Action.OpenUrl" and not re.match(r"https?://", element["url"]):
            return "action"
    named = [entity["text"] for entity in card["msteams"].get("entities", [])]
    written = [at for text in texts(card) for at in re.findall(r"<at>.*?</at>", text)]
    if sorted(named) != sorted(written):
        return "an <at> without an entity, or the other way round"
    return "unescaped" if any(re.search(r"<(?!at>|/at>)", text) for text in texts(card)) else ""


def elements(card: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for element in [*card["body"], *card.get("actions", [])]:
        found += [element, *element.get("items", [])]
    return found


def texts(card: dict[str, Any]) -> list[str]:
    found = []
    for element in elements(card):
        found += [element[key] for key in ("text",) if key in element]
        found += [fact["value"] for fact in element.get("facts", [])]
    return found
