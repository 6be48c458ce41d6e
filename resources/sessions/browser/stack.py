"""A stack of V8: where in a page's scripts an error was thrown."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

PLACE = re.compile(r"(?P<url>https?://[^\s()]+?):(?P<line>\d+):\d+")


def script_of(stack: str) -> str:
    """The address of the script in a stack's first place; empty: unknown."""
    found = PLACE.search(stack)
    return found["url"] if found else ""


def thrown_at(stack: str, page: str) -> str:
    """File and line of a stack's first place, `/app.js:12`, with its host where that is not the page's; empty: unknown."""
    found = PLACE.search(stack)
    if found is None:
        return ""
    file = urlsplit(found["url"])
    host = "" if file.netloc == urlsplit(page).netloc else f"{file.scheme}://{file.netloc}"
    return f"{host}{file.path or '/'}:{found['line']}"
