"""The receiver: `POST /webhooks/{kind}/{source}`; what is signed is on the disk before it is acknowledged."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from http import HTTPStatus

from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from inspect_pipelines.domain.event import Delivery, SourceKind
from inspect_pipelines.domain.ids import EventId
from inspect_pipelines.domain.sender import MAPPINGS
from inspect_pipelines.domain.source import Source
from inspect_pipelines.errors import Unavailable
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.inbox import Stored
from inspect_pipelines.usecases.events.verify_signature import claims_signature, is_signed, standard_names
from inspect_pipelines.web.access.declaration import SIGNERS, is_for
from inspect_pipelines.web.webhooks.allowance import Allowance
from inspect_pipelines.web.webhooks.group_commit import GroupCommit
from inspect_pipelines.web.webhooks.known_sources import KnownSource, KnownSources
from inspect_pipelines.web.webhooks.readings import Readings, TooLarge

CODE_HOST_BYTES = 25_000_000  # GitHub's own cap, and GitLab's
CODE_HOSTS = (SourceKind.GITHUB, SourceKind.GITLAB, SourceKind.BITBUCKET, SourceKind.GITEA)
OTHER_BYTES = 256_000  # Standard Webhooks advises less than 20 KB
RETRY_AFTER_SECONDS = 5
KINDS = {kind.value: kind for kind in SourceKind}
DELIVERY_ID = re.compile(r"[\x21-\x7e]{1,200}")
KIND = re.compile(r"[a-z0-9_]{1,100}")


class _Refused(Exception):
    def __init__(self, status: HTTPStatus, sentence: str, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_after = retry_after


class Receiver:
    """Checks, stores, answers.

    Args:
        sources: Who may send.
        inbox: Where deliveries become durable.
        clock: Time and ids.
        wake: Called after something new was stored.
        readings: Bodies that are coming in.
        allowance: How often somebody may; None: this process counts.
    """

    def __init__(
        self,
        sources: KnownSources,
        inbox: GroupCommit,
        clock: Clock,
        wake: Callable[[], None],
        *,
        readings: Readings | None = None,
        allowance: Allowance | None = None,
    ) -> None:
        self._readings = readings or Readings()
        self._sources, self._inbox, self._clock, self._wake = sources, inbox, clock, wake
        self._allowance = allowance or Allowance()

    def routes(self) -> list[Route]:
        """Plain routes, not FastAPI's, which would do nothing here but take their time.

        An address with a slash behind it is the same one: no sender of webhooks follows a redirect.
        """
        address = "/webhooks/{kind}/{source}"
        return [Route(path, self.receive, methods=["POST"]) for path in (address, address + "/")]

    @is_for(SIGNERS)
    async def receive(self, request: Request) -> Response:
        try:
            return await self._receive(request)
        except _Refused as refused:
            headers = {"Retry-After": str(refused.retry_after)} if refused.retry_after is not None else None
            return JSONResponse({"error": str(refused)}, refused.status, headers)
        except Unavailable as error:
            return JSONResponse(
                {"error": str(error)},
                HTTPStatus.SERVICE_UNAVAILABLE,
                {"Retry-After": str(RETRY_AFTER_SECONDS)},
            )
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody reads it

    async def _receive(self, request: Request) -> Response:
        kind = KINDS.get(request.path_params["kind"])
        if kind is None:
            raise _Refused(
                HTTPStatus.NOT_FOUND, "there is no such kind of webhook; they are " + ", ".join(KINDS)
            )
        headers: Mapping[str, str] = request.headers
        _check_form(headers)
        at_most = CODE_HOST_BYTES if kind in CODE_HOSTS else OTHER_BYTES
        known = await self._who_may(kind, request)  # before a byte of the body is read
        body = await self._body(request, at_most)
        if not is_signed(kind, known.secrets, headers, body, now=self._clock.now()):
            raise await self._unsigned(request)
        source_delivery_id, named = _identity(kind, headers, body)
        if kind is SourceKind.GENERIC:
            self._check_rate(known.source, await self._allowance.wait_for_source(known.source))
        delivery = Delivery(
            id=EventId(self._clock.new_id()),
            org_id=known.org_id,
            source_id=known.source.id,
            source_kind=kind,
            source_delivery_id=source_delivery_id,
            kind=named,
            body=body,
            received_at=self._clock.now(),
        )
        stored = await self._inbox.store(delivery)
        if stored is Stored.CONFLICT:
            raise _Refused(
                HTTPStatus.CONFLICT,
                f"another body came under the delivery id {source_delivery_id!r} before; that one stays",
            )
        if stored is Stored.AGAIN:
            return JSONResponse({"status": "already have it"}, HTTPStatus.OK)
        accepted = {"status": "accepted", "id": delivery.id}
        return JSONResponse(accepted, HTTPStatus.ACCEPTED, background=BackgroundTask(self._wake_intake))

    async def _wake_intake(self) -> None:
        """Once the answer is on its way, so that the intake's work does not delay it."""
        self._wake()

    async def _who_may(self, kind: SourceKind, request: Request) -> KnownSource:
        """The source that is named, if a good signature could get the delivery in."""
        known = self._sources.find(request.path_params["source"])
        if known is None or known.source.kind is not kind or not claims_signature(kind, request.headers):
            raise await self._unsigned(request)
        if kind is SourceKind.GENERIC:  # only signed deliveries count, so that nobody else uses its minute up
            self._check_rate(known.source, await self._allowance.wait_of_source(known.source))
        return known

    async def _body(self, request: Request, at_most: int) -> bytes:
        too_large = _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body may have {at_most} bytes")
        announced = request.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > at_most:
            raise too_large
        try:
            return await self._readings.whole(request.stream(), at_most=at_most)
        except TooLarge as error:
            raise too_large from error
        except TimeoutError as error:
            raise _Refused(HTTPStatus.REQUEST_TIMEOUT, "the body came too slowly") from error

    async def _unsigned(self, request: Request) -> _Refused:
        """One answer, whatever is wrong with a source or a signature."""
        wait = await self._allowance.wait_after_bad_signature(request.client.host if request.client else "")
        if wait is not None:
            return _Refused(HTTPStatus.TOO_MANY_REQUESTS, "too many bad signatures from this address", wait)
        return _Refused(HTTPStatus.UNAUTHORIZED, "no source of that name and kind has signed this")

    def _check_rate(self, source: Source, wait: int | None) -> None:
        if wait is not None:
            raise _Refused(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"source {source.id!r} may send {source.rate_per_minute} deliveries a minute",
                wait,
            )


def _check_form(headers: Mapping[str, str]) -> None:
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise _Refused(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send the body as it is, without a content-encoding"
        )
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise _Refused(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "send application/json; at GitHub, choose it as the webhook's content type",
        )


def _identity(kind: SourceKind, headers: Mapping[str, str], body: bytes) -> tuple[str, str]:
    """The delivery's id at its source, and what its header says that it is.

    Of senders that sign the body only it is the body's digest: an id beside it would let whoever recorded a delivery send it
    again under another one.
    """
    if kind in MAPPINGS:
        return f"sha256:{sha256(body).hexdigest()}", ""
    name = "x-github-delivery" if kind is SourceKind.GITHUB else standard_names(headers)[0]
    found = headers.get(name, "")
    if not DELIVERY_ID.fullmatch(found):
        raise _Refused(
            HTTPStatus.BAD_REQUEST,
            f"the header {name} must name the delivery with 1 to 200 plain characters",
        )
    if kind is not SourceKind.GITHUB:
        return found, ""
    event = headers.get("x-github-event", "")
    if not KIND.fullmatch(event):
        raise _Refused(HTTPStatus.BAD_REQUEST, "the header x-github-event must name the kind of event")
    return found, event
