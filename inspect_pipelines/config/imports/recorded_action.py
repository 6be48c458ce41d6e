"""An action as Playwright's codegen tells it: its element as a playbook names it, what it types, where it leads."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from inspect_pipelines.config.hazards import looks_secret
from inspect_pipelines.config.yaml_advice import SECRET_NAME
from inspect_pipelines.errors import UsageError

KINDS = {  # of codegen's locators, as ours are called
    "text": "text",
    "label": "label",
    "placeholder": "placeholder",
    "alt": "alt",
    "title": "title",
    "test-id": "test_id",
}


def target_of(locator: Any) -> dict[str, Any] | None:
    """Codegen's locator as a playbook writes it; None: it cannot."""
    frames: list[str] = []
    found: dict[str, Any] = {}
    at, waiting = locator, ""
    while isinstance(at, dict):
        kind, body = str(at.get("kind", "")), at.get("body", "")
        options: dict[str, Any] = at["options"] if isinstance(at.get("options"), dict) else {}
        if kind == "frame":
            frames.append(waiting)
            found, waiting = {}, ""
        elif kind == "frame-locator":
            frames.append(str(body))
        elif kind == "role":
            found = _within(
                found, {"role": str(body), **({"name": str(options["name"])} if options.get("name") else {})}
            )
        elif kind in KINDS:
            found = _within(found, {KINDS[kind]: str(body)})
        elif kind == "default" and isinstance(body, str) and body:
            waiting = body
            found = _within(found, {"selector": body})
        elif kind in ("nth", "first", "last") and found:
            found = {**found, "nth": {"first": 0, "last": -1}.get(kind, _number(body))}
        else:
            return None
        at = at.get("next")
    if not found or len(frames) > 1:
        return None
    return {**({"frame": frames[0]} if frames and frames[0] else {}), **found}


def _within(outer: dict[str, Any], inner: dict[str, Any]) -> dict[str, Any]:
    return {**inner, "within": outer} if outer else inner


def _number(body: Any) -> int:
    return int(body) if isinstance(body, int) or str(body).lstrip("-").isdigit() else 0


def read_action(number: int, line: str) -> dict[str, Any]:
    """The action of a line.

    Raises:
        UsageError: It is no JSON.
    """
    try:
        action = json.loads(line)
    except ValueError as error:
        raise UsageError(f"line {number} of the recording is no JSON: {error}") from error
    return action if isinstance(action, dict) else {}


def typed_secret(action: Mapping[str, Any], secrets: Collection[str]) -> str:
    """What an action types, if nobody is to read it; empty: they may."""
    text = str(action.get("text", "")) if action.get("name") == "fill" else ""
    target = target_of(action.get("locator")) or {}
    named = " ".join(str(each) for each in target.values())
    is_secret = text in secrets or SECRET_NAME.search(named) or looks_secret(text)
    return text if text and is_secret else ""


def leads_to(action: Mapping[str, Any]) -> str:
    """Where an action led, as far as the recording says."""
    for one in reversed(action.get("signals") or ()):  # the last: what stood between led on
        if isinstance(one, dict) and one.get("name") == "navigation":
            url = str(one.get("url", ""))
            return url if url.startswith(("http://", "https://")) else ""
    return ""
