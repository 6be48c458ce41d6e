"""The body of a definition in OpenAPI: the schema by which editors check schedules.yaml, with an example."""

from __future__ import annotations

from typing import Any

from inspect_pipelines.config.one_definition import MODELS
from inspect_pipelines.queries.json_schema import Schema

REFERENCE = "#/components/schemas/{model}"
EXAMPLES = {
    "schedule": {
        "id": "nightly-checkout",
        "name": "Nightly checkout",
        "cron": "0 2 * * *",
        "timezone": "America/New_York",
        "playbook": "checkout",
        "notify": {"on_failure": {"slack_channel": "#qa"}},
    },
    "trigger": {
        "id": "after-deploy",
        "event": "deployment.completed",
        "environment": "staging",
        "playbook": "checkout",
        "debounce": "60s",
    },
}

EXPORTED: dict[str, Any] = {  # a text in YAML; its schema is of what the text says
    "schema": {
        "type": "object",
        "properties": {
            "apiVersion": {"enum": ["v1"]},
            "kind": {"enum": ["ScheduleConfig"]},
            "metadata": {"type": "object", "properties": {"orgId": {"type": "string"}}},
            "schedules": {"type": "array", "items": {"type": "object"}},
            "triggers": {"type": "array", "items": {"type": "object"}},
        },
        "required": ["apiVersion", "kind", "metadata", "schedules", "triggers"],
    },
    "example": {
        "apiVersion": "v1",
        "kind": "ScheduleConfig",
        "metadata": {"orgId": "acme"},
        "schedules": [{"id": "nightly-checkout", "cron": "0 2 * * *", "playbook": "checkout"}],
        "triggers": [],
    },
}


def entry_schema(kind: str, schemas: dict[str, Schema]) -> dict[str, Any]:
    """What a body of that kind may be; the parts that it refers to are added to the components."""
    schema = MODELS[kind].model_json_schema(ref_template=REFERENCE, mode="validation")
    schemas.update(schema.pop("$defs", {}))
    name = MODELS[kind].__name__
    schemas[name] = schema
    return {"schema": {"$ref": REFERENCE.format(model=name)}, "example": EXAMPLES[kind]}
