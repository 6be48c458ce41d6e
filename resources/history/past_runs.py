"""Ended runs out of the published copy, a page at a time or by their id."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

import duckdb

from inspect_pipelines.domain.branch import BASE_BRANCH
from inspect_pipelines.domain.ids import DefinitionId, OrgId, RunId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.run_filter import RunFilter
from inspect_pipelines.errors import Unreadable
from inspect_pipelines.ports.history import PastRun
from resources.history.lake import Lake
from resources.history.lake_connection import told_of_lake
from resources.history.reader import Reader

COLUMNS = """
SELECT run_id AS id, origin, definition_id, definition_kind, status, reason, trigger_event AS variables, requested_by,
    dagster_run_id, retry_of, scheduled_at, requested_at, started_at, deadline_at, completed_at,
    date_diff('minute', started_at, deadline_at) AS timeout_minutes,
    coalesce(selection, '') AS selection, coalesce(against, '') AS against
FROM automated_runs
"""
ABOUT = {"repo": "about_repo", "base_branch": "about_branch", "environment": "about_environment"}


def page(
    reader: Reader, org_id: OrgId, wanted: RunFilter, *, before: Position | None, limit: int
) -> list[PastRun]:
    """As `ports.History.ended_runs`, of this copy.

    Only what is asked for stands in the statement: a condition on a parameter that may be null keeps DuckDB from
    skipping rows, 450 ms instead of 5 of a million. For its zone maps to prune, a place is not compared as a row value.
    """
    where = ["org_id = $org_id"]
    parameters: dict[str, Any] = {"org_id": org_id, "limit": limit}
    if wanted.definition_id is not None:
        where.append("definition_id = $definition_id")
        parameters["definition_id"] = wanted.definition_id
    if wanted.kind is not None:
        where.append("definition_kind = $kind")
        parameters["kind"] = wanted.kind
    if wanted.status is not None:
        statuses = {f"status_{at}": one.value for at, one in enumerate(wanted.status)}
        where.append(f"status IN ({', '.join(f'${name}' for name in statuses) or 'NULL'})")
        parameters |= statuses
    if wanted.since is not None:
        where.append("requested_at >= $since")
        parameters["since"] = wanted.since
    if wanted.until is not None:
        where.append("requested_at < $until")
        parameters["until"] = wanted.until
    if before is not None:
        where.append("requested_at <= $at AND (requested_at < $at OR run_id < $id)")
        parameters |= {"at": before.at, "id": before.id}
    if wanted.only_whole:
        where.append("selection IS NULL")
    for one in wanted.about:
        of_head = (
            " OR (branch = $base_branch AND baseline_set LIKE '%@%')" if one.variable == BASE_BRANCH else ""
        )
        where.append(f"({ABOUT[one.variable]} = ${one.variable}{of_head})")
        parameters[one.variable] = one.value
    conditions = " AND ".join(where)
    statement = f"{COLUMNS} WHERE {conditions} ORDER BY requested_at DESC, run_id DESC LIMIT $limit"
    return _found(reader, statement, parameters)


def one(reader: Reader, org_id: OrgId, run_id: RunId) -> PastRun | None:
    """As `ports.History.ended_run`, of this copy; ids grow with time, so that zone maps prune."""
    parameters = {"org_id": org_id, "run_id": run_id}
    found = _found(reader, f"{COLUMNS} WHERE org_id = $org_id AND run_id = $run_id LIMIT 1", parameters)
    return next(iter(found), None)


def _found(reader: Reader, statement: str, parameters: Mapping[str, Any]) -> list[PastRun]:
    try:
        columns, rows = reader.ask(statement, parameters)
        return [_past_run(dict(zip(columns, row, strict=True))) for row in rows]
    except (duckdb.Error, FileNotFoundError) as error:  # it may be replaced at this moment
        if isinstance(reader.path, Lake):
            raise told_of_lake(error, reader.path) from error
        first_line = str(error).strip().partition("\n")[0]
        raise Unreadable(
            f"the copy of the run history {str(reader.path)!r} cannot be read: {first_line}; "
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
        selection=row["selection"],
        against=row["against"],
    )
