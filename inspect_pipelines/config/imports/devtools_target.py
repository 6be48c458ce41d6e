"""An element of a recording as a playbook names it: the first of its selectors that reads like a person's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

ARIA = re.compile(r"aria/(?P<name>.*?)(?:\[role=\\?\"(?P<role>[\w-]+)\\?\"\])?$", re.DOTALL)
TEST_ID = re.compile(r"""^\[data-test(?:id|-id)?=["']?(?P<id>[^"'\]]+)["']?\]$""")
CLICKED = (("button", "button"), ("a", "link"), ("summary", "button"))


@dataclass(frozen=True, slots=True)
class Target:
    """An element as a playbook names it, and the other ways of the recording."""

    keys: dict[str, str]
    others: tuple[str, ...]
    is_guessed: bool = False


def target_of(selectors: Any, *, named: str) -> Target | None:
    """The first way to name the element that reads like a person's: role, text, test id, CSS.

    Args:
        selectors: The recording's alternatives; each a text, or the texts through shadow roots.
        named: What an accessible name without a role is: the `label` of a field, or a `text`.
    """
    ways = [way for one in selectors if (way := _way(one))] if isinstance(selectors, list) else []
    css = [
        way.removeprefix("pierce/")
        for way in ways
        if not way.startswith(("aria/", "text/", "xpath/", "css/"))
    ]
    css += [way.removeprefix("css/") for way in ways if way.startswith("css/")]
    found: dict[str, str] | None = None
    used, is_guessed = "", False
    for way in ways:
        aria = ARIA.fullmatch(way)
        if aria is None or not aria["name"].strip():
            continue
        role = aria["role"] or (_role(css) if named == "text" else "")
        found, used = {"role": role, "name": aria["name"]} if role else {named: aria["name"]}, way
        is_guessed = not aria["role"]
        break
    if found is None:
        for way in ways:
            if way.startswith("text/") and way[5:].strip() and named == "text":
                found, used = {"text": way[5:]}, way
                break
    for way in css if found is None else ():
        test_id = TEST_ID.match(way)
        found, used = ({"test_id": test_id["id"]} if test_id else {"selector": way}), way
        if test_id:
            break
    if found is None:
        return None
    others = tuple(way for way in ways if way not in (used, f"pierce/{used}", f"css/{used}"))
    return Target(found, others, is_guessed)


def _way(written: Any) -> str:
    """One alternative; what leads through shadow roots is one CSS selector, since ours look into open ones."""
    parts: Sequence[Any] = written if isinstance(written, list) else [written]
    texts = [one.strip() for one in parts if isinstance(one, str) and one.strip()]
    if len(texts) < 2:
        return texts[0] if texts else ""
    if any(one.startswith(("aria/", "text/", "xpath/")) for one in texts):
        return texts[-1] if texts[-1].startswith(("aria/", "text/")) else ""
    return " ".join(one.removeprefix("pierce/").removeprefix("css/") for one in texts)


def _role(css: Sequence[str]) -> str:
    last = [re.split(r"[\s>]+", one.strip())[-1] for one in css]
    for tag, role in CLICKED:
        if any(re.match(rf"{tag}(?![\w-])", one) for one in last):
            return role
    return ""
