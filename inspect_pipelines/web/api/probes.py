"""`/healthz`, `/readyz` and `/metrics`: what machines ask of a process."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.ports.history import HistoryOwner
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.gauges import Gauges, gauges
from inspect_pipelines.queries.status import rows_behind
from inspect_pipelines.web.access.declaration import ANYBODY, is_for, permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.health import ailments
from inspect_pipelines.web.draining import Drain
from inspect_pipelines.web.duties.duty import Duty

# name -> (what it says, its label, what an organisation has by that label)
FIGURES: dict[str, tuple[str, str, Callable[[Gauges], dict[str, int]]]] = {
    "definitions": ("Schedules and triggers.", "kind", lambda one: dict(one.definitions)),
    "open_runs": ("Runs that have not ended.", "status", lambda one: dict(one.open_runs)),
    "open_incidents": ("What is wrong now.", "", lambda one: {"": one.open_incidents}),
    "waiting_messages": ("Messages that nobody has got yet.", "", lambda one: {"": one.waiting_messages}),
    "pauses": ("Pauses that hold now.", "", lambda one: {"": one.pauses}),
}


def probes(gate: Gate, house: House, duties: Sequence[Duty], owner: HistoryOwner, drain: Drain) -> APIRouter:
    """The routes.

    Args:
        gate: Who may see figures.
        house: Of any organisation: what all of them share is asked about.
        duties: Whose troubles make a process not ready.
        owner: Of the history.
        drain: Whether this process is about to leave.
    """
    router = APIRouter()

    @router.get("/healthz")
    @is_for(ANYBODY)
    async def healthz() -> JSONResponse:
        """200 as long as the process answers at all; an orchestrator that hears nothing starts it anew."""
        return JSONResponse({"ok": True})

    @router.get("/readyz")
    @is_for(ANYBODY)
    def readyz() -> JSONResponse:
        """200 when it can do its work, else 503 with the parts that cannot; `/health` says why, in sentences.

        A process that is about to leave says `leaving`: it still answers, and who sends requests looks for another one.
        """
        if drain.has_begun:
            return JSONResponse({"ok": False, "failing": ["leaving"]}, status_code=503)
        failing = sorted(part for part, sentence in ailments(house, duties).items() if sentence)
        return JSONResponse({"ok": not failing, "failing": failing}, status_code=503 if failing else 200)

    @router.get("/metrics")
    @is_for(permitted(Permission.METRICS_READ))
    def metrics(request: Request) -> Response:
        """Figures for Prometheus, of every organisation that the asker may see."""
        houses = gate.houses(gate.visitor(request))
        behind = rows_behind(house, owner.status)
        return Response(*_exposition([gauges(one) for one in houses], behind))

    return router


def _exposition(found: Sequence[Gauges], rows_behind: int | None) -> tuple[bytes, int, None, str]:
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

    registry = CollectorRegistry()
    for name, (text, label, values) in FIGURES.items():
        labels = ["organization", *filter(None, [label])]
        gauge = Gauge(f"inspect_{name}", text, labels, registry=registry)
        for one in found:
            for value, count in values(one).items():
                gauge.labels(*[one.org_id, value][: len(labels)]).set(count)
    if rows_behind is not None:
        lag = Gauge(
            "inspect_history_rows_behind", "Facts not yet in the published history.", registry=registry
        )
        lag.set(rows_behind)
    return generate_latest(registry), 200, None, CONTENT_TYPE_LATEST
