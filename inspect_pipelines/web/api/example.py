"""Examples for OpenAPI: a value of each schema, with names that mean something where the field's name tells which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inspect_pipelines.queries.json_schema import Schema

ID = "0190f1d2-7c1a-7b3e-9d5f-3a1b2c4d5e6f"
TEXTS: Mapping[str, str] = {
    "id": ID,
    "run_id": ID,
    "org_id": "acme",
    "definition_id": "nightly-checkout",
    "schedule": "nightly-checkout",
    "definition_kind": "schedule",
    "name": "Nightly checkout",
    "cron": "0 2 * * *",
    "timezone": "America/New_York",
    "reason": "'cart, desktop' changed: the button moved 12 px down",
    "origin": "cron:nightly-checkout:2026-11-28T07:00:00Z",
    "requested_by": "schedule",
    "repo": "acme/shop",
    "branch": "main",
    "next": f"http://127.0.0.1:8460/api/v1/runs?cursor={ID}",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}
DEEPEST = 6  # what holds itself ends there


def example_of(schema: Schema, components: Mapping[str, Schema], *, name: str = "", depth: int = 0) -> Any:
    """A value that the schema allows."""
    if "$ref" in schema:
        return example_of(components[schema["$ref"].rpartition("/")[2]], components, name=name, depth=depth)
    if "anyOf" in schema:
        return example_of(_simplest(schema["anyOf"], depth), components, name=name, depth=depth)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object" and "properties" in schema:
        fields = schema["properties"].items()
        return {key: example_of(one, components, name=key, depth=depth + 1) for key, one in fields}
    if kind == "array":
        return _items(schema, components, name, depth)
    return _plain(schema, name)


def _items(schema: Schema, components: Mapping[str, Schema], name: str, depth: int) -> list[Any]:
    if "prefixItems" in schema:
        return [example_of(one, components, name=name, depth=depth + 1) for one in schema["prefixItems"]]
    if depth >= DEEPEST:
        return []
    return [example_of(schema["items"], components, name=name, depth=depth + 1)]


def _simplest(choices: list[Schema], depth: int) -> Schema:
    nothing = [one for one in choices if one.get("type") == "null"]
    return nothing[0] if nothing and depth >= DEEPEST else choices[0]


def _plain(schema: Schema, name: str) -> Any:
    match schema.get("type"), schema.get("format"):
        case "string", "date-time":
            return "2026-11-28T07:00:00Z"
        case "string", "date":
            return "2026-11-28"
        case "string", _:
            return TEXTS.get(name, f"some {name.replace('_', ' ')}".strip())
        case "integer", _:
            return 3
        case "number", _:
            return 11.9
        case "boolean", _:
            return True
        case "object", _:
            return {}
        case _:
            return None
