"""`{{name}}` placeholders: parsed once, filled once, never evaluated again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

DOTS = re.compile(r"(?:\.|%2e){1,2}", re.IGNORECASE)  # what every browser takes for `here` or `one up`
ONE_TIME = (
    "totp:"  # `{{totp:seed}}` is a one-time code, made of the secret variable `seed` when it is filled in
)
# `{{name}}`, or a path into what an event tells: `{{data.inputs.url}}`
PLACEHOLDER = re.compile(r"\{\{\s*((?:totp:)?[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_-]+)*)\s*\}\}")


def placeholders(text: str) -> tuple[str, ...]:
    """The names a text asks for, in order, each once."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(text)))


def one_time_seeds(text: str) -> tuple[str, ...]:
    """The variables whose one-time codes a text asks for."""
    return tuple(name.removeprefix(ONE_TIME) for name in placeholders(text) if name.startswith(ONE_TIME))


def sole(text: str) -> str | None:
    """The name of the placeholder that is all of a text; None: it is more, or none."""
    found = PLACEHOLDER.fullmatch(text.strip())
    return found.group(1) if found else None


def malformed(text: str) -> str | None:
    """The first `{{` that is no placeholder, with what follows it (at most 30 characters); None when all are."""
    rest = PLACEHOLDER.sub("", text)
    at = rest.find("{{")
    return rest[at : at + 30] if at >= 0 else None


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with every placeholder replaced in a single pass: a value that looks like a placeholder stays as it is.

    Raises:
        KeyError: A name without a value; configuration refuses such texts earlier.
    """
    return PLACEHOLDER.sub(lambda match: values[match.group(1)], text)


def fill_address(text: str, values: Mapping[str, str]) -> str:
    """An address with every value as data of its place: percent-encoded, so that `a&b=evil#x` or `../admin` stay what they are.

    A placeholder that the text begins with is the start of an address, such as `{{deploy_url}}/cart`, and stays as it is.

    Raises:
        KeyError: A name without a value.
        ValueError: A value would make a segment of the path `.` or `..`, which no encoding keeps a browser from following.
    """
    head = PLACEHOLDER.match(text)
    start = fill(head.group(), values) if head else ""
    rest = text[head.end() :] if head else text
    path = re.split(r"[?#]", rest, maxsplit=1)[0]
    for segment in path.split("/"):
        if PLACEHOLDER.search(segment) and DOTS.fullmatch(filled := _encoded(segment, values)):
            raise ValueError(f"{segment!r} became {filled!r}, which leads out of its place in the path")
    return start + _encoded(rest, values)


def _encoded(text: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda match: quote(values[match.group(1)], safe=""), text)
