"""Routes of the API: declared once, admitted first, strict about what is asked, described in OpenAPI by their answer's type."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any

import anyio.to_thread
from fastapi import Depends, Header, Query
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route as PlainRoute
from starlette.types import Receive, Scope, Send

from inspect_pipelines.domain.access import Caller
from inspect_pipelines.domain.kept_answer import KEY
from inspect_pipelines.domain.spelling import nearest
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.json_shape import to_json
from inspect_pipelines.queries.page import Page
from inspect_pipelines.web.access.came import came_by
from inspect_pipelines.web.access.declaration import Declaration, is_for
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.access.rates import Rates
from inspect_pipelines.web.api.deed import KEY_HEADER, Deed, deeds, refuse_strangers
from inspect_pipelines.web.api.problem import Invalid

V1 = "/api/v1"
MOST = 200  # of a page
USUAL = 50
KEY_PATTERN = f"^{KEY.pattern}$"
PNG = "image/png"
YAML = "application/yaml"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was let in."""

    caller: Caller
    house: House  # of the organisation that is asked about
    request: Request
    rates: Rates

    def answer(self, value: Any, *, status: int = 200, etag: str | None = None) -> Response:
        """The value in the one JSON shape that it has everywhere."""
        return JSONResponse(to_json(value), status, {"ETag": etag} if etag else None)

    def list(self, values: Sequence[Any]) -> Response:
        """A list that is short by its nature, in the shape of a page that is the last one."""
        return JSONResponse({"items": to_json(values), "next": None})

    def picture(self, png: bytes) -> Response:
        """A picture; what it shows is for whoever may see it, and no browser guesses that it is something else."""
        headers = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
        return Response(png, media_type=PNG, headers=headers)

    def page(self, page: Page[Any]) -> Response:
        """A page of a list, with the whole address of the next one."""
        following = None
        if page.next_cursor is not None:
            following = str(self.request.url.include_query_params(cursor=page.next_cursor))
        body: dict[str, Any] = {"items": to_json(page.items), "next": following}
        if page.problem:
            body["problem"] = page.problem
        return JSONResponse(body)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route answers with, for OpenAPI."""

    kind: Any  # a type of queries/; bytes: a picture
    is_page: bool = False
    is_list: bool = False  # a list that is short by its nature
    media_type: str = "application/json"
    status: int = 200
    has_etag: bool = False
    may_be_unclear: bool = False  # several things may be meant, which is 409


def asked_of(
    request: Request,
    org: Annotated[
        str | None,
        Query(description="The organisation, where the home has several and no token names one."),
    ] = None,
) -> Asked:
    """What the gate has let in."""
    asked: Asked = request.state.asked
    return asked


def asked_once(
    asked: Annotated[Asked, Depends(asked_of)],
    key: Annotated[
        str | None,
        Header(
            alias=KEY_HEADER,
            description="Fresh for each wish: the same one again gets the same answer.",
            pattern=KEY_PATTERN,
        ),
    ] = None,
) -> Asked:
    """The same, of a route that does something."""
    return asked


def asked_by_key(
    asked: Annotated[Asked, Depends(asked_of)],
    key: Annotated[
        str,
        Header(
            alias=KEY_HEADER,
            description="Fresh for each wish: the same one again gets the same answer.",
            pattern=KEY_PATTERN,
        ),
    ],
) -> Asked:
    """The same, of a route that asks for a key."""
    return asked


AskedBy = Annotated[Asked, Depends(asked_of)]
AskedOnce = Annotated[Asked, Depends(asked_once)]
AskedByKey = Annotated[Asked, Depends(asked_by_key)]
Endpoint = Callable[..., Response]
Tagged = Annotated[
    str | None, Query(alias="tag", max_length=100, description="Only those that have this tag.")
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="The most that a page holds.")]
Cursor = Annotated[str | None, Query(description="Where a page ended: it is in that page's `next`.")]


class Route(PlainRoute):
    """Behind the gate. FastAPI reads the endpoint when it is first asked for: all of them at the start take a fifth of a second."""

    def __init__(
        self, path: str, endpoint: Callable[..., Any], *, gate: Gate, method: str, **options: Any
    ) -> None:
        super().__init__(path, endpoint)
        self.methods = {method}  # without the HEAD that a plain route adds
        self.app = self._answer
        self._gate, self._options = gate, options

    @cached_property
    def read(self) -> ReadRoute:
        """What FastAPI makes of it."""
        return ReadRoute(
            self.path,
            self.endpoint,
            gate=self._gate,
            methods=self.methods,
            response_model=None,
            **self._options,
        )

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.read.app(scope, receive, send)


class ReadRoute(APIRoute):
    """FastAPI's, which lets the gate see each request first."""

    def __init__(self, path: str, endpoint: Callable[..., Any], *, gate: Gate, **options: Any) -> None:
        self._gate = gate
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Who asks is seen to before anything of the request is looked at, its parameters included."""
        inner = super().get_route_handler()
        if "GET" not in (self.methods or ()):
            inner = deeds(inner, self.endpoint.deed)  # type: ignore[attr-defined]  # Routes wrote it there

        async def handle(request: Request) -> Response:
            if "GET" not in (self.methods or ()):
                refuse_strangers(request, origins=self._gate.origins)
            asked = request.state.asked = await anyio.to_thread.run_sync(self._admitted, request)
            left = self._gate.rates.spend_of(asked.caller)
            refuse_unknown(request, self.dependant)
            response = await inner(request)
            response.headers.update(left)
            return response

        return handle

    def _admitted(self, request: Request) -> Asked:
        declaration: Declaration = self.endpoint.declaration  # type: ignore[attr-defined]  # Routes wrote it there
        caller = self._gate.admit(request, declaration)
        assert caller is not None  # every route of the API asks who it is
        house = self._gate.house(caller, request.query_params.get("org")).by_way_of(came_by(request, caller))
        return Asked(caller, house, request, self._gate.rates)


@dataclass
class Routes:
    """Those of one noun.

    Args:
        gate: Whom they let in.
        noun: How OpenAPI groups them.
    """

    gate: Gate
    noun: str
    routes: list[Route] = field(default_factory=list)

    def get(self, path: str, declaration: Declaration, answer: Answer) -> Callable[[Endpoint], Endpoint]:
        """A route that only reads."""
        return self._added("GET", path, declaration, answer)

    def post(
        self, path: str, declaration: Declaration, answer: Answer, deed: Deed
    ) -> Callable[[Endpoint], Endpoint]:
        """A route that does something, at most once a key."""
        return self._doing("POST", path, declaration, answer, deed)

    def put(
        self, path: str, declaration: Declaration, answer: Answer, deed: Deed
    ) -> Callable[[Endpoint], Endpoint]:
        """A route that replaces something."""
        return self._doing("PUT", path, declaration, answer, deed)

    def delete(
        self, path: str, declaration: Declaration, answer: Answer, deed: Deed
    ) -> Callable[[Endpoint], Endpoint]:
        """A route that takes something away."""
        return self._doing("DELETE", path, declaration, answer, deed)

    def _doing(
        self, method: str, path: str, declaration: Declaration, answer: Answer, deed: Deed
    ) -> Callable[[Endpoint], Endpoint]:
        def added(endpoint: Endpoint) -> Endpoint:
            endpoint.deed = deed  # type: ignore[attr-defined]  # its handler obeys it
            return self._added(method, path, declaration, answer)(endpoint)

        return added

    def _added(
        self, method: str, path: str, declaration: Declaration, answer: Answer
    ) -> Callable[[Endpoint], Endpoint]:
        def added(endpoint: Endpoint) -> Endpoint:
            is_for(declaration)(endpoint)
            endpoint.answer = answer  # type: ignore[attr-defined]  # openapi.py describes it
            name = f"{self.noun}-{endpoint.__name__.strip('_').replace('_', '-')}"
            self.routes.append(
                Route(
                    V1 + path,
                    endpoint,
                    gate=self.gate,
                    method=method,
                    status_code=answer.status,
                    tags=[self.noun],
                    operation_id=name,
                )
            )
            return endpoint

        return added


def refuse_unknown(request: Request, dependant: Dependant) -> None:
    """Refuse parameters that mean nothing here, and two values where one is asked for; neither is passed over.

    Raises:
        Invalid: With each of them.
    """
    known = dict(_parameters(dependant))
    wrong = []
    for name in dict.fromkeys(request.query_params):
        if name not in known:
            wrong.append(
                (
                    f"query {name[:80]}",
                    f"is not known{nearest(name, [*known])}; known are {', '.join(sorted(known))}",
                )
            )
        elif not known[name] and len(request.query_params.getlist(name)) > 1:
            wrong.append((f"query {name}", "is there more than once; say it once"))
    if wrong:
        raise Invalid(wrong)


def _parameters(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    """(name, whether it may be there several times) of each query parameter."""
    for one in dependant.query_params:
        yield one.alias, "list" in str(one.field_info.annotation)
    for inner in dependant.dependencies:
        yield from _parameters(inner)
