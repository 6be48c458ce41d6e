"""Deeds: requests that change something come from our own pages or programs, as JSON, once a key, and stand in the audit."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import Response

from inspect_pipelines.domain.kept_answer import KeptAnswer
from inspect_pipelines.errors import InspectError
from inspect_pipelines.usecases.access.answer_once import begin, finish
from inspect_pipelines.web.access import origin
from inspect_pipelines.web.api import problem
from inspect_pipelines.web.api.problem import Invalid, TooLarge, Unsupported

if TYPE_CHECKING:
    from inspect_pipelines.web.api.route import Asked

KEY_HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
JSON = "application/json"
MOST_BYTES = 65_536
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # PostgreSQL refuses it in the middle of a deed
BROKEN = 500
HTTP_ERRORS = 400  # and above
Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Deed:
    """What a route does.

    Attributes:
        action: As it stands in the audit, `run.cancelled`.
        subject: The parameter of the address that names what it is done to, or where there is none, its noun; empty: the
            `id` of the answer does.
        takes: The kind of definition that its body is; empty: the route's own parameters say what it is.
        needs_key: It is refused without a key: to do it twice would be a mistake.
        is_kept: False: its answer is long or secret, so it is kept under no key, and its use case tells the audit, where it does anything.
        is_secret: Its body holds what is looked at and stored nowhere, so that any character may be in it.
        most_bytes: Of its body.
    """

    action: str
    subject: str = ""
    needs_key: bool = False
    takes: str = ""
    is_kept: bool = True
    is_secret: bool = False
    most_bytes: int = MOST_BYTES


def refuse_strangers(request: Request, *, origins: Collection[str] = ()) -> None:
    """Refuse what a page elsewhere may send, before anything is known of it.

    Args:
        request: It.
        origins: As in `Gate`.

    Raises:
        Invalid: A header that decides is there twice.
        Forbidden: A page elsewhere sent it.
        Unsupported: It is no JSON, which no page elsewhere can send without being asked about first.
    """
    headers = request.headers
    if twice := origin.said_twice(headers, "if-match", KEY_HEADER):
        raise Invalid([(f"header {twice[0]}", "is there more than once; say it once")])
    origin.refuse_strangers(headers, scheme=request.url.scheme, origins=origins)
    found = headers.get("content-type", "")
    has_no_body = headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers
    if not found and has_no_body:
        return
    if found.partition(";")[0].strip().lower() != JSON:
        raise Unsupported(f"the body of a {request.method} is {JSON!r}, and this one is {found!r}")


def deeds(inner: Handler, deed: Deed) -> Callable[[Request], Any]:
    """The handler, at most once a key; what it answered is kept, and what it did is in the audit."""

    async def handle(request: Request) -> Response:
        asked: Asked = request.state.asked
        body = await _body(request, deed.most_bytes)
        if not deed.is_secret and NUL.search(body):
            raise Invalid(
                [("body", "has the character U+0000 in it, which no database keeps; write it without")]
            )
        key = request.headers.get(KEY_HEADER)
        if key is None and deed.needs_key:
            raise Invalid(
                [(f"header {KEY_HEADER}", "is missing: give each wish a fresh one, a UUID for example")]
            )
        kept = None
        if key is not None and deed.is_kept:
            said = _fingerprint(request, body)
            kept = await anyio.to_thread.run_sync(begin, asked.house, asked.caller, key, said)
            if kept.status is not None:
                return _again(kept)
        response = await _answered(inner, request, asked, kept, deed)
        await _finish(asked, kept, response, deed)
        return response

    return handle


async def _answered(
    inner: Handler, request: Request, asked: Asked, kept: KeptAnswer | None, deed: Deed
) -> Response:
    try:
        return await inner(request)
    except InspectError as error:
        return problem.of_error(request, error)
    except RequestValidationError as error:
        return problem.of_error(request, problem.of_validation(error))
    except BaseException:
        await _finish(asked, kept, Response(status_code=BROKEN), deed)
        raise


async def _finish(asked: Asked, kept: KeptAnswer | None, response: Response, deed: Deed) -> None:
    if not deed.is_kept:
        return
    status, body = response.status_code, bytes(response.body).decode()
    if deed.subject:
        subject = asked.request.path_params.get(deed.subject, deed.subject)
    else:
        subject = json.loads(body)["id"] if status < HTTP_ERRORS else ""

    def store() -> None:
        finish(
            asked.house,
            asked.caller,
            kept,
            status,
            body,
            action=deed.action,
            subject=subject,
            etag=response.headers.get("etag"),
            location=response.headers.get("location"),
        )

    await anyio.to_thread.run_sync(store)


async def _body(request: Request, most: int) -> bytes:
    """The body, at most so large, and without two values of one name, of which readers take one or the other."""
    pieces, size = [], 0
    async for piece in request.stream():
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise TooLarge(f"a body has {most} bytes at most")
    found = request._body = b"".join(pieces)  # FastAPI reads it again
    if found:
        try:
            json.loads(found, object_pairs_hook=_once, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            raise Invalid([("body", f"is no JSON that can be read: {error}")]) from error
    return found


def _no_number(said: str) -> float:
    raise ValueError(f"{said} is none of its numbers")  # Python's own reader takes it


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is there twice")
    return found


def _fingerprint(request: Request, body: bytes) -> str:
    said = "\n".join((request.method, request.url.path, request.url.query, ""))
    return hashlib.sha256(said.encode() + body).hexdigest()


def _again(kept: KeptAnswer) -> Response:
    assert kept.status is not None
    media_type = JSON if kept.status < HTTP_ERRORS else problem.MEDIA_TYPE
    headers = {REPLAYED: "true", "ETag": kept.etag, "Location": kept.location}
    said = {name: value for name, value in headers.items() if value is not None}
    return Response(kept.body, kept.status, said, media_type)
