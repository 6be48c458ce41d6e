"""What is going on, as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.ports.history import HistoryOwner
from inspect_pipelines.queries.json_shape import to_json
from inspect_pipelines.queries.status import status
from inspect_pipelines.web.access.declaration import is_for, permitted
from inspect_pipelines.web.access.gate import Gate

PACKAGES = ("inspect-pipelines", "dagster", "duckdb")


def status_route(gate: Gate, owner: HistoryOwner, urls: Callable[[], Mapping[str, str | None]]) -> APIRouter:
    """`GET /status`."""
    router = APIRouter()
    versions = {package: version(package) for package in PACKAGES}

    @router.get("/status")
    @is_for(permitted(Permission.RUNS_READ))
    def current_status(request: Request, org: str | None = None) -> dict[str, Any]:
        """What is going on in an organisation; `?org=ID` where there are several."""
        house = gate.house(gate.visitor(request), org)
        return {**to_json(status(house, owner.status)), "versions": versions, "urls": urls()}

    return router
