"""What a server refuses, as the error that the same deed raises on the machine itself."""

from __future__ import annotations

import json
from typing import Any

import httpx

from inspect_pipelines.errors import (
    ConfigInvalid,
    Forbidden,
    InspectError,
    NotFound,
    Refused,
    Unauthenticated,
    Unavailable,
    UsageError,
)

TYPE = "urn:inspect-pipelines:problem:"
MEDIA_TYPE = "application/problem+json"
SHOWN_CHARACTERS = 120
FIRST_OF_SERVERS = 500


class Superseded(Refused):
    """A decision that comes too late.

    Args:
        newer: The address of the newer run.
    """

    def __init__(self, sentence: str, newer: str) -> None:
        self.newer = newer
        super().__init__(sentence)


class ServerError(Unavailable):
    """The server's fault, or nobody's: another try may help."""


def problem_of(answer: httpx.Response, server: str) -> InspectError:
    """The error behind an answer that is none of 2xx."""
    told = _told(answer)
    if told is None:
        return foreign(answer, server)
    sentence, name = str(told["detail"]), str(told["type"]).removeprefix(TYPE)
    if name == "unauthenticated":
        return Unauthenticated(
            sentence, is_bad_token="invalid_token" in answer.headers.get("www-authenticate", "")
        )
    if name == "forbidden":
        return Forbidden(sentence)
    if name == "not-found":
        return NotFound(sentence)
    if "newer" in told:
        return Superseded(sentence, str(told["newer"]))
    errors = told.get("errors") or ()
    if any(one.get("where") == "body files" for one in errors):
        return ConfigInvalid([str(one["detail"]) for one in errors])
    if name in ("too-many-requests", "internal", "unavailable"):
        return ServerError(sentence)
    if answer.status_code in (409, 412, 422, 428):
        return Refused(sentence)
    return UsageError(sentence)


def foreign(answer: httpx.Response, server: str) -> InspectError:
    """The error behind an answer that no server of ours gives."""
    if answer.is_redirect:
        return UsageError(
            f"{server!r} answers {answer.status_code} with a redirect to {answer.headers.get('location', '')[:200]!r}, which "
            "is not followed, since the token would go there too; write the server's own address"
        )
    kind = answer.headers.get("content-type", "").partition(";")[0] or "nothing"
    what = (
        f"{server!r} answers {answer.status_code} with {kind[:60]!r} ({_beginning(answer)}): a proxy or another program is "
        "there, and no inspect-pipelines"
    )
    if answer.status_code >= FIRST_OF_SERVERS:
        return ServerError(f"{what}; try again, or ask whoever runs it")
    return UsageError(f"{what}; check the address, its path and whether the proxy wants a login of its own")


def _told(answer: httpx.Response) -> dict[str, Any] | None:
    if answer.headers.get("content-type", "").partition(";")[0] != MEDIA_TYPE:
        return None
    try:
        told = json.loads(answer.content)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) and {"type", "detail"} <= {*told} else None


def _beginning(answer: httpx.Response) -> str:
    text = " ".join("".join(c if c.isprintable() else " " for c in answer.text[:2000]).split())
    return repr(text[:SHOWN_CHARACTERS]) if text else "empty"
