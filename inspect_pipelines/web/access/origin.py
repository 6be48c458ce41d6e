"""Where a request comes from: what changes something comes from our own pages, or from a program, which has no origin."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers


def is_stranger(headers: Headers, *, scheme: str, origins: Collection[str] = ()) -> bool:
    """Whether a page elsewhere sent it.

    Args:
        headers: Each that decides may be there once only; whoever asks sees to that.
        scheme: Over which it came. What came encrypted is not sent by a page in the clear, where anybody can be our host; the
            other way round, a proxy may only not say that it came encrypted.
        origins: Under which people reach us beside the Host that they ask, where a proxy stands in front.
    """
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    is_ours = origin is None or origin in origins or _is_of_host(origin, headers.get("host", ""), scheme)
    return not is_ours or site not in (None, "same-origin")


def _is_of_host(origin: str, host: str, scheme: str) -> bool:
    found = urlsplit(origin)
    is_clear = scheme in ("https", "wss") and found.scheme != "https"
    return bool(host) and not is_clear and found.netloc.lower() == host.lower()
