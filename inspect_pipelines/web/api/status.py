"""What is going on, as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter

from inspect_pipelines.ports.history import HistoryOwner
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.json_shape import to_json
from inspect_pipelines.queries.status import status

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
        return {**to_json(status(house, owner.status)), "versions": versions, "urls": urls()}

    return router
