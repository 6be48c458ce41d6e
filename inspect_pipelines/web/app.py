"""The web application: its duties live as long as it does; each room brings its routes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import version

import anyio.to_thread
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.middleware import Middleware

from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.errors import InspectError, NotFound, UsageError
from inspect_pipelines.ports.estate import Estate
from inspect_pipelines.ports.history import HistoryOwner
from inspect_pipelines.web.api.health import health_route
from inspect_pipelines.web.api.status import status_route
from inspect_pipelines.web.console.reports import reports
from inspect_pipelines.web.dagster_ui.door import DagsterDoor
from inspect_pipelines.web.duties.duty import Duty
from inspect_pipelines.web.security import HostsButForWebhooks, SecurityHeaders
from inspect_pipelines.web.webhooks.receiver import Receiver

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
    receiver: Receiver | None = None,
    dagster_ui: DagsterDoor | None = None,
    urls: Callable[[], Mapping[str, str | None]] = dict,
    allowed_hosts: Sequence[str] = LOOPBACK,
) -> FastAPI:
    """The application.

    Args:
        estate: Of whose organisations things are asked.
        owner: Of the history; asked how far it is.
        duties: Started in this order, stopped in the opposite one.
        receiver: Of webhooks; None: none are received.
        dagster_ui: Dagster's UI; None: it has no door here.
        urls: Where the other parts are now, by name.
        allowed_hosts: Names this server answers to; a page elsewhere cannot point a name of its own at us.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await anyio.to_thread.run_sync(estate.house(DEFAULT_ORG).ledgers.migrate)
        async with AsyncExitStack() as stack:
            if dagster_ui:
                stack.push_async_callback(dagster_ui.close)
            for duty in duties:
                await anyio.to_thread.run_sync(duty.start)
                stack.push_async_callback(anyio.to_thread.run_sync, duty.stop)
            yield

    app = FastAPI(
        title="inspect-pipelines",
        version=version("inspect-pipelines"),
        lifespan=lifespan,
        docs_url=None,  # its page loads scripts from elsewhere; /openapi.json stays
        redoc_url=None,
        redirect_slashes=False,  # to a host that the asker names
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(HostsButForWebhooks, allowed_hosts=[*allowed_hosts]),
        ],
    )
    if receiver:
        app.router.routes.extend(receiver.routes())
    if dagster_ui:
        app.router.routes.extend(dagster_ui.routes())
    app.include_router(health_route(estate.house(DEFAULT_ORG), duties))
    app.include_router(status_route(estate, owner, urls))
    app.include_router(reports(estate))

    @app.exception_handler(InspectError)
    def told(request: Request, error: InspectError) -> JSONResponse:
        """Our errors are sentences; whether another try can help is their status."""
        asked_wrongly = 404 if isinstance(error, NotFound) else 400 if isinstance(error, UsageError) else 500
        return JSONResponse({"error": str(error)}, status_code=503 if error.retry_may_help else asked_wrongly)

    return app
