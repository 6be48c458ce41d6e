"""Secrets out of texts: whatever leaves the worker passes here."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

HIDDEN = "***"
# Written by us from ids, times and hashes: a short secret such as "a" must not tear them.
OURS = frozenset(
    {
        "sha256",
        "screenshot",
        "taken_at",
        "view",
        "viewport",
        "step_id",
        "playbook",
        "status",
        "kind",
        "severity",
        "environment",
    }
)


class Redactor:
    """Replaces every secret, in each spelling that a page, a URL or a log gives it, by `***`."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self.secrets = tuple(dict.fromkeys(secret for secret in secrets if secret.strip()))
        spellings = {spelling for secret in self.secrets for spelling in _spellings(secret)}
        self._spellings = sorted(spellings, key=len, reverse=True)  # a secret may hold another one

    def text(self, text: str) -> str:
        """The text without any secret; cut a text only after this, or half a secret stays."""
        for spelling in self._spellings:
            text = text.replace(spelling, HIDDEN)
        return text

    def tree(self, value: Any) -> Any:
        """A JSON value with all its texts redacted, but for those that only we write."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.tree(each) for each in value]
        if isinstance(value, dict):
            return {key: each if key in OURS else self.tree(each) for key, each in value.items()}
        return value

    def line(self, line: str) -> str:
        """A wire line `kind JSON`, redacted."""
        if not self.secrets:
            return line
        kind, _, text = line.partition(" ")
        return f"{kind} {json.dumps(self.tree(json.loads(text)), ensure_ascii=False)}"


def _spellings(secret: str) -> set[str]:
    shown = secret.strip()
    quoted = {quote(secret, safe=""), quote(secret), quote_plus(secret)}
    return (
        {
            secret,
            shown,
            " ".join(secret.split()),  # as a page shows it
            html.escape(secret),
            json.dumps(secret)[1:-1],
            repr(secret)[1:-1],
            *quoted,
            *(each.replace("%2F", "%2f").lower() if "%" in each else each for each in quoted),
        }
        - {""}
    )
