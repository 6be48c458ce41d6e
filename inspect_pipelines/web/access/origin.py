"""Where a request comes from: what changes something comes from our own pages, or from a program, which has no origin."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from inspect_pipelines.errors import Forbidden, UsageError

DECIDING = ("host", "origin", "sec-fetch-site", "content-type")  # said twice, two read two things


def refuse_strangers(headers: Headers, *, scheme: str, origins: Collection[str] = ()) -> None:
    """Refuse what a page elsewhere may have a browser send, before anything is known of it; arguments as of `is_stranger`.

    Raises:
        UsageError: A header that decides is there twice.
        Forbidden: It does not come from a page of ours, nor from a program.
    """
    if twice := said_twice(headers):
        raise UsageError(f"the header {twice[0]} is there more than once; say it once")
    if is_stranger(headers, scheme=scheme, origins=origins):
        raise Forbidden("a page elsewhere asked for this; only programs and our own pages may")


def said_twice(headers: Headers, *further: str) -> list[str]:
    """The headers that decide, and further ones, of which there are several."""
    return [name for name in (*DECIDING, *further) if len(headers.getlist(name)) > 1]


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
