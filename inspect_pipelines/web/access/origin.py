"""Where a request comes from: what changes something comes from our own pages, or from a program, which has no origin."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers


def is_stranger(headers: Headers, *, origins: Collection[str] = ()) -> bool:
    """Whether a page elsewhere sent it.

    Args:
        headers: Each that decides may be there once only; whoever asks sees to that.
        origins: Under which people reach us beside the Host that they ask, where a proxy stands in front.
    """
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    is_ours = origin is None or origin in origins or _is_of_host(origin, headers.get("host", ""))
    return not is_ours or site not in (None, "same-origin")


def _is_of_host(origin: str, host: str) -> bool:
    return bool(host) and urlsplit(origin).netloc.lower() == host.lower()
