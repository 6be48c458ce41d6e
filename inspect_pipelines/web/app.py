"""The web application: health and status for now."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

import anyio.to_thread
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.middleware import Middleware

from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.history import HistoryOwner
from inspect_pipelines.ports.house import House
from inspect_pipelines.web.duties.intake import Intake
from inspect_pipelines.web.duties.lookout import Lookout
from inspect_pipelines.web.duties.sender import Sender
from inspect_pipelines.web.duties.starter import Starter
from inspect_pipelines.web.health import ailments
from inspect_pipelines.web.reports import reports
from inspect_pipelines.web.security import HostsButForWebhooks, SecurityHeaders
from inspect_pipelines.web.status import status
from inspect_pipelines.web.webhooks.group_commit import GroupCommit
from inspect_pipelines.web.webhooks.receiver import Receiver

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
PACKAGES = ("inspect-pipelines", "dagster", "duckdb")


def create_app(
    house: House,
    historian: HistoryOwner,
    *,
    lookout: Lookout | None = None,
    intake: Intake | None = None,
    starter: Starter | None = None,
    sender: Sender | None = None,
    urls: Callable[[], Mapping[str, str | None]] = dict,
    allowed_hosts: Sequence[str] = LOOPBACK,
) -> FastAPI:
    """The application; for as long as it lives, the historian works beside it.

    Args:
        house: Ports.
        historian: Started and stopped with the application.
        lookout: Likewise; None: nobody watches whether schedules tick.
        intake: Likewise; None: no webhooks are received.
        starter: Likewise; None: runs of events are left to the `events` sensor.
        sender: Likewise; None: messages wait for the next run's end.
        urls: Where the other parts are now, by name.
        allowed_hosts: Names this server answers to; a page elsewhere cannot point a name of its own at us.
    """
    group_commit = GroupCommit(house.inbox)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await anyio.to_thread.run_sync(house.ledger.migrate)
        historian.start()
        for watcher in (lookout, sender):
            if watcher:
                watcher.start()
        if intake:
            await anyio.to_thread.run_sync(intake.start)
            group_commit.start()
        if starter:
            starter.start()
        try:
            yield
        finally:
            if starter:
                await anyio.to_thread.run_sync(starter.stop)
            if intake:
                await anyio.to_thread.run_sync(group_commit.stop)
                await anyio.to_thread.run_sync(intake.stop)
            for watcher in (lookout, sender):
                if watcher:
                    await anyio.to_thread.run_sync(watcher.stop)
            await anyio.to_thread.run_sync(historian.stop)

    app = FastAPI(
        title="inspect-pipelines",
        version=version("inspect-pipelines"),
        lifespan=lifespan,
        docs_url=None,  # its page loads scripts from elsewhere; /openapi.json stays
        redoc_url=None,
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(HostsButForWebhooks, allowed_hosts=[*allowed_hosts]),
        ],
    )
    if intake:
        app.router.routes.append(
            Receiver(intake.sources, group_commit, house.clock, wake=intake.wake).route()
        )
    versions = {package: version(package) for package in PACKAGES}

    @app.get("/health")
    def health() -> JSONResponse:
        """200 when this process can do its work, else 503; each part says what ails it."""
        silence = lookout.problem if lookout else ""
        deafness = "; ".join(part.problem for part in (intake, starter) if part and part.problem)
        muteness = sender.problem if sender else ""
        found = ailments(house, historian, silence, deafness, muteness)
        parts = {part: {"ok": not sentence, "problem": sentence or None} for part, sentence in found.items()}
        is_well = not any(found.values())
        return JSONResponse({"ok": is_well, "parts": parts}, status_code=200 if is_well else 503)

    @app.get("/status")
    def current_status() -> dict[str, Any]:
        """What is going on."""
        return {**status(house, historian), "versions": versions, "urls": urls()}

    app.include_router(reports(house))

    @app.exception_handler(InspectError)
    def told(request: Request, error: InspectError) -> JSONResponse:
        """Our errors are sentences; whether another try can help is their status."""
        return JSONResponse({"error": str(error)}, status_code=503 if error.retry_may_help else 500)

    return app
