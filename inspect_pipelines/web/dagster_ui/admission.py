"""Who may ask Dagster's UI for what: its own server looks at neither method, Host nor Origin."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from starlette.datastructures import Headers

from inspect_pipelines.engine.addresses import UI_PREFIX
from inspect_pipelines.web.access.origin import is_stranger, said_twice

GRAPHQL = f"{UI_PREFIX}/graphql"
JSON = "application/json"
FROM_ELSEWHERE = ("cross-site", "same-site")  # another port of this machine is `same-site`


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    sentence: str


def refusal(
    method: str, path: str, headers: Headers, *, scheme: str, origins: Collection[str]
) -> Refusal | None:
    """Why a request is refused; None: it may pass.

    What changes something is a POST of JSON, which no page elsewhere can send without being asked about first, and
    comes from our own origin, or from a program (which has none). What only reads may also be a link that somebody
    followed.

    Args:
        path: Decoded, as it is forwarded.
        scheme: Over which it came.
        origins: Under which people reach us beside the Host that they ask, where a proxy stands in front.
    """
    if twice := said_twice(headers):
        return Refusal(400, f"the header {twice[0]!r} is there twice; send it once")
    if {".", ".."} & set(path.split("/")):  # who forwards may walk them, and come out somewhere else
        return Refusal(400, f"the path {path!r} has steps like '..' in it; write it without")
    if method == "POST":
        return stranger(headers, scheme=scheme, origins=origins) or _no_json(headers)
    if method not in ("GET", "HEAD"):
        return Refusal(405, f"{method!r} is no method of Dagster's UI; use GET or POST")
    if path == GRAPHQL and "text/html" not in headers.get(
        "accept", ""
    ):  # with it, a page to write queries in
        return Refusal(405, f"GraphQL is not answered by {method}; send it as a POST of JSON")
    is_link = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    if headers.get("sec-fetch-site") in FROM_ELSEWHERE and not is_link:
        return Refusal(403, "a page elsewhere asked for a part of Dagster's UI; open it in a tab of its own")
    return None


def stranger(headers: Headers, *, scheme: str, origins: Collection[str]) -> Refusal | None:
    """Why somebody who wants to change something is turned away; None: it is our own page, or a program."""
    if not is_stranger(headers, scheme=scheme, origins=origins):
        return None
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    who = repr(origin) if origin else f"a page ({site})"
    return Refusal(
        403, f"{who} may not use Dagster's UI; open {UI_PREFIX}/ in a tab of its own and do it there"
    )


def _no_json(headers: Headers) -> Refusal | None:
    found = headers.get("content-type", "")
    if (
        found.partition(";")[0].strip().lower() == JSON
    ):  # `text/plain; x=application/json` is what a form may send
        return None
    return Refusal(415, f"a POST to Dagster's UI is {JSON!r}, and this one is {found!r}")
