"""The columns of a run: its row in the ledger, and back."""

from __future__ import annotations

import json

import sqlalchemy as sa

from inspect_pipelines.domain.ids import DefinitionId, OrgId, RunId
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.selection import WHOLE, Selection
from inspect_pipelines.stored.serial import dump_json, load_json


def values_of(run: Run) -> dict[str, object]:
    return {
        "org_id": run.org_id,
        "id": run.id,
        "origin": run.origin,
        "definition_id": run.definition_id,
        "definition_kind": run.definition_kind,
        "status": run.status.value,
        "reason": run.reason,
        "variables": json.dumps(dict(run.variables)),
        "requested_by": run.requested_by,
        "selection": dump_json(run.selection) if run.is_partial else "",
        "timeout_minutes": run.timeout_minutes,
        "dagster_run_id": run.dagster_run_id,
        "retry_of": run.retry_of,
        "against": run.against,
        "nominal_at": run.nominal_at,
        "requested_at": run.requested_at,
        "buffered_at": run.buffered_at,
        "claimed_at": run.claimed_at,
        "deadline_at": run.deadline_at,
        "completed_at": run.completed_at,
    }


def run_of(row: sa.Row[tuple[object, ...]]) -> Run:
    return Run(
        id=RunId(row.id),
        org_id=OrgId(row.org_id),
        origin=row.origin,
        definition_id=DefinitionId(row.definition_id),
        definition_kind=row.definition_kind,
        against=row.against,
        nominal_at=row.nominal_at,
        requested_at=row.requested_at,
        timeout_minutes=row.timeout_minutes,
        status=RunStatus(row.status),
        reason=row.reason,
        variables=json.loads(row.variables),
        requested_by=row.requested_by,
        dagster_run_id=row.dagster_run_id,
        retry_of=None if row.retry_of is None else RunId(row.retry_of),
        buffered_at=row.buffered_at,
        claimed_at=row.claimed_at,
        deadline_at=row.deadline_at,
        completed_at=row.completed_at,
        selection=load_json(Selection, row.selection) if row.selection else WHOLE,
    )
