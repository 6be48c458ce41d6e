"""What a setting may say as the address of a server."""

from __future__ import annotations

from urllib.parse import urlsplit


def is_server(text: str) -> bool:
    """Whether it is the address of an HTTP server, perhaps with a path, and nobody's name and password in it."""
    try:
        found = urlsplit(text)
        port = found.port
    except ValueError:
        return False
    is_plain = text.isascii() and text.isprintable() and not {*" @?#\\"} & {*text}
    return is_plain and found.scheme in ("http", "https") and bool(found.hostname) and port != 0
