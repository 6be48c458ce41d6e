"""Inlined SVG: what pictures say that are written into an address (`data:image/svg+xml,..`)."""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator
from urllib.parse import unquote

_ADDRESS = re.compile(r"data:image/svg\+xml([^,]*),", re.IGNORECASE)
_QUOTED = re.compile(
    r"url\(\s*(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[^)]*)\s*\)|(data:image/svg\+xml[^\s>]*)", re.IGNORECASE
)
_TAG = re.compile(r"<[^>]*>")
DEEPEST = 3  # pictures in pictures


def texts_in(value: str, depth: int = DEEPEST) -> Iterator[str]:
    """The source of each SVG picture in an address or a style, and what it says without its tags; of those in it, too."""
    if "data:image/svg" not in value.casefold() or not depth:
        return
    addresses = [value] if _ADDRESS.match(value) else [one or other for one, other in _QUOTED.findall(value)]
    for address in addresses:
        source = _decoded(address.strip("\"'"))
        if source:
            yield source
            yield html.unescape(_TAG.sub("", source))
            yield from texts_in(html.unescape(source), depth - 1)


def _decoded(address: str) -> str:
    match = _ADDRESS.match(address)
    if match is None:
        return ""
    body = unquote(address[match.end() :])
    if not match.group(1).lower().rstrip().endswith(";base64"):
        return body
    try:
        return base64.b64decode("".join(body.split()) + "==", validate=False).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""
