"""What is going on, as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter

from inspect_pipelines.ports.estate import Estate
from inspect_pipelines.ports.history import HistoryOwner
from inspect_pipelines.queries.choice import chosen_org
from inspect_pipelines.queries.json_shape import to_json
from inspect_pipelines.queries.status import status

PACKAGES = ("inspect-pipelines", "dagster", "duckdb")


def status_route(
    estate: Estate, owner: HistoryOwner, urls: Callable[[], Mapping[str, str | None]]
) -> APIRouter:
    """`GET /status`."""
    router = APIRouter()
    versions = {package: version(package) for package in PACKAGES}

    @router.get("/status")
    def current_status(org: str | None = None) -> dict[str, Any]:
        """What is going on in an organisation; `?org=ID` where there are several."""
        known = estate.organizations()
        house = estate.house(chosen_org(known, org, lambda: None, how="?org=ID"))
        return {**to_json(status(house, owner.status)), "versions": versions, "urls": urls()}

    return router
