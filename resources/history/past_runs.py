"""Ended runs out of the published copy, a page at a time or by their id."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from inspect_pipelines.domain.ids import DefinitionId, OrgId, RunId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.run_filter import RunFilter
from inspect_pipelines.errors import Unreadable
from inspect_pipelines.ports.history import PastRun
from resources.history.connection import open_reading
from resources.history.named import named_query

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = Position(datetime(9999, 1, 1, tzinfo=UTC), "")


def page(
    path: Path,
    org_id: OrgId,
    wanted: RunFilter,
    *,
    before: Position | None,
    limit: int,
) -> list[PastRun]:
    """As `ports.History.ended_runs`, of this copy."""
    place = before or LATEST
    statuses = RunStatus if wanted.status is None else wanted.status
    about = {one.variable: one.value for one in wanted.about}
    parameters = {
        "org_id": org_id,
        "definition_id": wanted.definition_id,
        "kind": wanted.kind,
        "statuses": [one.value for one in statuses],
        "since": wanted.since or EARLIEST,
        "until": wanted.until or LATEST.at,
        "repo": about.get("repo"),
        "branch": about.get("base_branch"),
        "environment": about.get("environment"),
        "at": place.at,
        "id": place.id,
        "limit": limit,
    }
    return _found(path, "page_of_runs", parameters)


def one(path: Path, org_id: OrgId, run_id: RunId) -> PastRun | None:
    """As `ports.History.ended_run`, of this copy."""
    return next(iter(_found(path, "one_run", {"org_id": org_id, "run_id": run_id})), None)


def _found(path: Path, query: str, parameters: Mapping[str, Any]) -> list[PastRun]:
    try:
        with open_reading(path) as connection:
            found = connection.execute(named_query(query, parameters), dict(parameters))
            names = [column[0] for column in found.description or ()]
            return [_past_run(dict(zip(names, row, strict=True))) for row in found.fetchall()]
    except duckdb.Error as error:
        first_line = str(error).strip().partition("\n")[0]
        raise Unreadable(
            f"the copy of the run history {str(path)!r} cannot be read: {first_line}; "
            "make it anew with: inspect-pipelines history rebuild"
        ) from error


def _past_run(row: dict[str, Any]) -> PastRun:
    times = {
        name: row[name] and row[name].astimezone(UTC)
        for name in ("scheduled_at", "requested_at", "started_at", "deadline_at", "completed_at")
    }
    return PastRun(
        id=RunId(row["id"]),
        origin=row["origin"],
        definition_id=DefinitionId(row["definition_id"]),
        definition_kind=row["definition_kind"],
        status=RunStatus(row["status"]),
        reason=row["reason"],
        variables=None if row["variables"] is None else json.loads(row["variables"]),
        requested_by=row["requested_by"],
        dagster_run_id=row["dagster_run_id"],
        retry_of=None if row["retry_of"] is None else RunId(row["retry_of"]),
        nominal_at=times["scheduled_at"],
        requested_at=times["requested_at"],
        claimed_at=times["started_at"],
        deadline_at=times["deadline_at"],
        completed_at=times["completed_at"],
        timeout_minutes=row["timeout_minutes"],
    )
