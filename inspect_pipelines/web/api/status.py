"""What is going on, as JSON: definitions with their next fire time, open runs, the last run of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter

from inspect_pipelines.domain.cron import Cron
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.ports.history import HistoryOwner, HistoryStatus
from inspect_pipelines.ports.house import House

Json = Mapping[str, Any]
PACKAGES = ("inspect-pipelines", "dagster", "duckdb")


def status_route(
    house: House, owner: HistoryOwner, urls: Callable[[], Mapping[str, str | None]]
) -> APIRouter:
    """`GET /status`."""
    router = APIRouter()
    versions = {package: version(package) for package in PACKAGES}

    @router.get("/status")
    def current_status() -> dict[str, Any]:
        """What is going on."""
        return {**status(house, owner.status), "versions": versions, "urls": urls()}

    return router


def status(house: House, history: HistoryStatus) -> Json:
    """One consistent view of the ledger, and how far the history is behind it."""
    now = house.clock.now()
    with house.ledger.read() as ledger:
        definitions = ledger.definitions.all(house.org_id)
        last = {
            definition.id: ledger.runs.latest(house.org_id, definition_id=definition.id, limit=1)
            for definition in definitions
        }
        open_runs = ledger.runs.open(house.org_id)
        head = ledger.journal.head()
    return {
        "now": _time(now),
        "definitions": [_definition(definition, last[definition.id], now) for definition in definitions],
        "open_runs": [_run(run) for run in open_runs],
        "history": {
            "is_owner": history.is_owner,
            "rows_behind": max(0, head - history.applied_seq) if history.is_owner else None,
            "rows_unpublished": max(0, head - history.published_seq) if history.is_owner else None,
        },
    }


def _definition(definition: Definition, last: list[Run], now: datetime) -> Json:
    fires_at = None
    if isinstance(definition, Schedule) and definition.enabled:
        fires_at = Cron(definition.cron, definition.timezone).next_after(now)
    return {
        "id": definition.id,
        "kind": definition.kind,
        "name": definition.name,
        "enabled": definition.enabled,
        "next_fire_at": _time(fires_at),
        "last_run": _run(last[0]) if last else None,
    }


def _run(run: Run) -> Json:
    return {
        "id": run.id,
        "definition_id": run.definition_id,
        "status": run.status.value,
        "reason": run.reason,
        "origin": run.origin,
        "dagster_run_id": run.dagster_run_id,
        "requested_at": _time(run.requested_at),
        "deadline_at": _time(run.deadline_at),
        "completed_at": _time(run.completed_at),
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
