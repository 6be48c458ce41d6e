"""The web application: its duties live as long as it does; each room brings its routes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import version

import anyio.to_thread
from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler, request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, PlainTextResponse, Response

from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.errors import InspectError, Refused
from inspect_pipelines.ports.engine import Engine, Ticker
from inspect_pipelines.ports.estate import Estate
from inspect_pipelines.ports.history import HistoryOwner
from inspect_pipelines.queries.run_log import Printed
from inspect_pipelines.usecases.pictures.decide import Superseded
from inspect_pipelines.web.access.declaration import methods_at
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api import problem
from inspect_pipelines.web.api.health import health_route
from inspect_pipelines.web.api.openapi import openapi_route
from inspect_pipelines.web.api.probes import probes
from inspect_pipelines.web.api.status import status_route
from inspect_pipelines.web.api.streams import Streams
from inspect_pipelines.web.api.v1 import v1
from inspect_pipelines.web.console.console import Console
from inspect_pipelines.web.dagster_ui.door import DagsterDoor
from inspect_pipelines.web.dagster_ui.link import DagsterLink
from inspect_pipelines.web.draining import Drain, LastOnes
from inspect_pipelines.web.duties.duty import Duty
from inspect_pipelines.web.missing_picture import missing as missing_picture
from inspect_pipelines.web.missing_picture import wants_picture
from inspect_pipelines.web.security import HostsButForWebhooks, SecurityHeaders
from inspect_pipelines.web.webhooks.receiver import Receiver
from inspect_pipelines.web.webhooks.shortcut import Shortcut

TITLE = "inspect-pipelines"
LOOPBACK = (
    "127.0.0.1",
    "localhost",
    "[::1]",
    "::1",
)  # some frameworks name an IPv6 host without its brackets


def create_app(
    estate: Estate,
    owner: HistoryOwner,
    duties: Sequence[Duty],
    *,
    gate: Gate,
    receiver: Receiver | None = None,
    dagster_ui: DagsterDoor | DagsterLink | None = None,
    engine: Callable[[], Engine | None] = lambda: None,
    streams: Streams | None = None,
    drain: Drain | None = None,
    ticker: Ticker | None = None,
    printed: Printed = lambda run: (),
    urls: Callable[[], Mapping[str, str | None]] = dict,
    allowed_hosts: Sequence[str] = LOOPBACK,
    has_styleguide: bool = False,
) -> FastAPI:
    """The application.

    Args:
        estate: Of whose organisations things are asked.
        owner: Of the history; asked how far it is.
        duties: Started in this order, stopped in the opposite one.
        gate: Who may ask for what.
        receiver: Of webhooks; None: none are received.
        dagster_ui: Dagster's UI; None: it has no door here.
        engine: Whoever executes runs now; None: nobody is up.
        streams: That stay open until whoever made them, or the application, ends them; None: those of its own.
        drain: Whether it is about to leave; None: it goes without a word.
        ticker: Who ticks the schedules; None: nobody does.
        printed: What a run's process printed; without it nothing is known of that.
        urls: Where the other parts are now, by name.
        allowed_hosts: Names this server answers to; a page elsewhere cannot point a name of its own at us.
        has_styleguide: The console has its page for whoever works on it.
    """
    streams, drain = streams or Streams(), drain or Drain()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await anyio.to_thread.run_sync(estate.house(DEFAULT_ORG).ledgers.migrate)
        async with AsyncExitStack() as stack:
            if dagster_ui:
                stack.push_async_callback(dagster_ui.close)
            for duty in duties:
                await anyio.to_thread.run_sync(duty.start)
                stack.push_async_callback(anyio.to_thread.run_sync, duty.stop)
            stack.callback(streams.end)
            yield

    app = FastAPI(
        title=TITLE,
        version=version(TITLE),
        lifespan=lifespan,
        openapi_url=None,  # ours says more, see web/api/openapi.py
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # to a host that the asker names
        middleware=[
            Middleware(LastOnes, drain),
            Middleware(SecurityHeaders),
            Middleware(Shortcut, receiver),
            Middleware(HostsButForWebhooks, allowed_hosts=[*allowed_hosts]),
        ],
    )
    if receiver:
        app.router.routes.extend(receiver.routes())
    if dagster_ui:
        app.router.routes.extend(dagster_ui.routes())
    for router in (
        health_route(gate, estate.house(DEFAULT_ORG), duties),
        status_route(gate, owner, urls),
        openapi_route(TITLE, version(TITLE), lambda: app.router.routes),
        probes(gate, estate.house(DEFAULT_ORG), duties, owner, drain),
    ):
        app.router.routes.extend(router.routes)
    app.state.home = estate.house(DEFAULT_ORG).home
    app.router.routes.extend(v1(gate, lambda: app.router.routes, engine, streams, ticker, printed))
    console = Console(gate, engine, has_styleguide=has_styleguide)
    app.router.routes.extend(console.routes())
    add_problems(app, console)
    return app


def add_problems(app: FastAPI, console: Console) -> None:
    """Our errors are sentences: problems below /api, pages for browsers, JSON for programs elsewhere."""

    @app.exception_handler(InspectError)
    def told(request: Request, error: InspectError) -> Response:
        answer = problem.of_error(request, error)
        if wants_picture(request):
            return missing_picture(request, problem.told_to(request, error), answer.status_code)
        if request.url.path.startswith(problem.PREFIX):
            return answer
        newer = error.newer if isinstance(error, Superseded) else None
        status = 400 if isinstance(error, Refused) and newer is None else answer.status_code
        sentence = problem.told_to(request, error)
        page = console.problem(request, status, sentence, newer=newer)
        return page or JSONResponse({"error": sentence}, status_code=status)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        if request.url.path.startswith(problem.PREFIX):
            return problem.of_error(request, problem.of_validation(error))
        if page := console.problem(request, 400, str(problem.of_validation(error))):
            return page
        return await request_validation_exception_handler(request, error)

    @app.exception_handler(HTTPException)
    async def missing(request: Request, error: HTTPException) -> Response:
        if error.status_code == problem.WRONG_METHOD.status:  # the router names those of one route only
            error.headers = {"Allow": ", ".join(methods_at(app.router.routes, request.scope))}
        if request.url.path.startswith(problem.PREFIX):
            return problem.of_status(request, error.status_code, error.headers)
        if page := console.problem(request, error.status_code, f"{request.url.path[:200]!r}: {error.detail}"):
            return page
        return await http_exception_handler(request, error)

    @app.exception_handler(Exception)
    def broken(request: Request, error: Exception) -> Response:
        if request.url.path.startswith(problem.PREFIX):
            return problem.problem(request, problem.INTERNAL, problem.INTERNAL.example)
        page = console.problem(request, 500, problem.INTERNAL.example)
        return page or PlainTextResponse("Internal Server Error", status_code=500)
