"""`{{name}}` placeholders: parsed once, filled once, never evaluated again."""

from __future__ import annotations

import re
from collections.abc import Mapping

PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")


def placeholders(text: str) -> tuple[str, ...]:
    """The names a text asks for, in order, each once."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(text)))


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
