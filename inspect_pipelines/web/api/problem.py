"""Problems (RFC 9457): every error of the API in one shape, our sentence in `detail`, and a `type` that stays the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse

from inspect_pipelines.config.one_definition import DefinitionInvalid
from inspect_pipelines.errors import (
    ChannelError,
    ConfigInvalid,
    Forbidden,
    InspectError,
    NotFound,
    Refused,
    Unauthenticated,
    UsageError,
)
from inspect_pipelines.usecases.access.answer_once import OtherRequest
from inspect_pipelines.usecases.definitions.own import Stale, Unconditional
from inspect_pipelines.usecases.pictures.decide import Superseded
from inspect_pipelines.web.access.gate import is_local
from inspect_pipelines.web.access.rates import TooMany, headers_of
from inspect_pipelines.web.access.room import NoRoom

PREFIX = "/api/"  # what stands below it answers with problems
MEDIA_TYPE = "application/problem+json"
TYPE = "urn:inspect-pipelines:problem:{kind}"
RETRY_AFTER_SECONDS = 5
HOME = "$INSPECT_HOME"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem; clients tell them apart by its name."""

    name: str
    status: int
    title: str
    example: str


INVALID = Kind(
    "invalid-request",
    400,
    "The request is not understood.",
    "the query parameter 'limti' is not known (did you mean 'limit'?)",
)
UNAUTHENTICATED = Kind(
    "unauthenticated", 401, "We do not know who asks.", "the token has expired at 2026-11-01 00:00 UTC"
)
FORBIDDEN = Kind(
    "forbidden",
    403,
    "You may not do that.",
    "'/metrics' is not for you: the token's scopes leave 'metrics:read' out",
)
NOT_FOUND = Kind(
    "not-found", 404, "There is no such thing, or it is not yours.", "there is no run '0190f1d2' for you"
)
WRONG_METHOD = Kind(
    "method-not-allowed", 405, "The address has no such method.", "'/api/v1/runs' does not answer 'TRACE'"
)
CONFLICT = Kind(
    "conflict", 409, "That cannot be done in this state.", "run '0190f1d2' cannot be retried: it is running"
)
STALE = Kind(
    "changed-meanwhile",
    412,
    "It was changed since you looked.",
    'schedule \'nightly\' was changed meanwhile: it is "4" now, and If-Match says "3"; GET it again',
)
UNCONDITIONAL = Kind(
    "precondition-required",
    428,
    "Say what you saw.",
    "schedule 'nightly' is replaced only by whoever says what they saw: send `If-Match` with the ETag of your last GET",
)
TOO_LARGE = Kind("too-large", 413, "The body is too large.", "a body has 65536 bytes at most")
UNSUPPORTED = Kind(
    "unsupported-media-type",
    415,
    "The body is of another kind.",
    "the body of a POST is 'application/json', and this one is 'text/plain'",
)
UNPROCESSABLE = Kind(
    "key-of-another-request",
    422,
    "The key came with another request.",
    "the key '7f3a' came with another request within 24 hours; give each wish a key of its own",
)
TOO_MANY = Kind(
    "too-many-requests",
    429,
    "You ask too often.",
    "the token 'deploy script' may ask 500 times in 300 s, and has; try again in 12 s",
)
INTERNAL = Kind(
    "internal", 500, "That is our fault.", "something broke here; the log of the web process says what"
)
UNAVAILABLE = Kind(
    "unavailable", 503, "Something did not answer; try again.", "the ledger stayed locked for 30 s"
)
KINDS = (
    INVALID,
    UNAUTHENTICATED,
    FORBIDDEN,
    NOT_FOUND,
    WRONG_METHOD,
    CONFLICT,
    STALE,
    TOO_LARGE,
    UNSUPPORTED,
    UNPROCESSABLE,
    UNCONDITIONAL,
    TOO_MANY,
    INTERNAL,
    UNAVAILABLE,
)


class Invalid(UsageError):
    """Parts of a request that are not as documented.

    Args:
        errors: Where each is (`query limit`, `body reason`), and what is wrong with it.
    """

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        self.errors = errors
        super().__init__("; ".join(f"{where}: {what}" for where, what in errors))


class TooLarge(UsageError):
    """A body that has too many bytes."""


class Unsupported(UsageError):
    """A body of another media type."""


# The first class that an error is of.
OF_ERRORS: Mapping[type[InspectError], Kind] = {
    Unauthenticated: UNAUTHENTICATED,
    Forbidden: FORBIDDEN,
    NotFound: NOT_FOUND,
    OtherRequest: UNPROCESSABLE,
    Stale: STALE,
    Unconditional: UNCONDITIONAL,
    Refused: CONFLICT,
    TooLarge: TOO_LARGE,
    Unsupported: UNSUPPORTED,
    TooMany: TOO_MANY,
    NoRoom: TOO_MANY,
    ChannelError: CONFLICT,
    UsageError: INVALID,
}


def kind_of(error: InspectError) -> Kind:
    """What kind of problem an error of ours is."""
    if error.retry_may_help:
        return UNAVAILABLE
    return next((kind for cls, kind in OF_ERRORS.items() if isinstance(error, cls)), INTERNAL)


def of_error(request: Request, error: InspectError) -> JSONResponse:
    """The problem that an error of ours is."""
    headers = {}
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"' if error.is_bad_token else "Bearer"
    if error.retry_may_help or isinstance(error, NoRoom):
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    if isinstance(error, TooMany):
        headers |= {"Retry-After": str(error.seconds), **headers_of(error.rate, 0, error.seconds)}
    more: dict[str, Any] = {}
    if isinstance(error, Superseded):
        more["newer"] = f"{request.base_url}api/v1/runs/{error.newer}"
    if isinstance(error, Invalid):
        more["errors"] = [{"where": where, "detail": what} for where, what in error.errors]
    if isinstance(error, ConfigInvalid):
        more["errors"] = [{"where": "body files", "detail": one} for one in error.problems]
    if isinstance(error, DefinitionInvalid):
        more["errors"] = [
            {"where": "body", "pointer": pointer, "detail": what} for pointer, what in error.errors
        ]
    return problem(request, kind_of(error), told_to(request, error), headers=headers, **more)


def told_to(request: Request, error: InspectError) -> str:
    """The sentence; where the home lies on this machine is for whoever sits at it."""
    home: str = getattr(request.app.state, "home", "")
    return str(error) if not home or is_local(request) else str(error).replace(home, HOME)


def of_validation(error: RequestValidationError) -> Invalid:
    """What FastAPI found wrong, as our error."""
    return Invalid(
        [(" ".join(str(part) for part in one["loc"]), str(one["msg"]).lower()) for one in error.errors()]
    )


def of_status(request: Request, status: int, headers: Mapping[str, str] | None) -> JSONResponse:
    """What the router says by a bare status: there is no such address, or no such method of it."""
    if status == WRONG_METHOD.status:
        sentence = f"{request.url.path!r} does not answer {request.method!r}"
        return problem(request, WRONG_METHOD, sentence, headers=headers)
    kind = next((one for one in KINDS if one.status == status), INVALID)
    sentence = f"there is nothing at {request.url.path!r}; /openapi.json lists what there is"
    return problem(request, kind, sentence, headers=headers)


def problem(
    request: Request, kind: Kind, sentence: str, *, headers: Mapping[str, str] | None = None, **more: Any
) -> JSONResponse:
    """The answer."""
    return JSONResponse({**body_of(kind, sentence), **more}, kind.status, headers, MEDIA_TYPE)


def body_of(kind: Kind, sentence: str) -> dict[str, Any]:
    """What it says."""
    return {
        "type": TYPE.format(kind=kind.name),
        "title": kind.title,
        "status": kind.status,
        "detail": sentence.encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    }
