"""The fact of a definition that was applied or deleted."""

from __future__ import annotations

import json
from datetime import datetime

from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.facts.row import Row, timestamp
from inspect_pipelines.stored.serial import dump_json


def definition_facts(definition: Definition, *, at: datetime, by: str, deleted: bool = False) -> Row:
    """Kind `definition`: a schedule or trigger as applied (or deleted) at that time."""
    row = {
        "id": definition.id,
        "org_id": definition.org_id,
        "name": definition.name,
        "config": json.loads(dump_json(definition)),
        "enabled": definition.enabled,
        "created_at": timestamp(at),  # the history keeps the first one
        "updated_at": timestamp(at),
        "created_by": by,
        "deleted_at": timestamp(at) if deleted else None,
    }
    if isinstance(definition, Schedule):
        return {"schedule": {**row, "cron_expression": definition.cron, "timezone": definition.timezone}}
    return {"trigger": {**row, "event_type": definition.event, "repo_pattern": definition.repo}}
