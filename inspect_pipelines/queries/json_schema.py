"""The JSON Schema of what `json_shape.to_json` makes of a type; OpenAPI is made of it, so the two cannot say different things."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, Literal, NewType, Union, get_args, get_origin, get_type_hints

from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.queries.json_shape import FLAT

Schema = dict[str, Any]
PLAIN: Mapping[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    timedelta: {"type": "number", "description": "Seconds."},
    View: {"type": "string"},
    type(None): {"type": "null"},
}
REFERENCE = "#/components/schemas/{name}"


def schema_of(hint: Any, components: dict[str, Schema]) -> Schema:
    """The schema of a type; dataclasses are added to the components and referred to.

    Raises:
        TypeError: `to_json` has no shape for it, or two classes have one name.
    """
    if isinstance(hint, NewType):
        return schema_of(hint.__supertype__, components)
    if hint is Any or hint is object:
        return {}
    if hint in PLAIN:
        return dict(PLAIN[hint])
    if get_origin(hint) is not None:
        return _generic(hint, components)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"type": "string", "enum": [one.value for one in hint]}
    if dataclasses.is_dataclass(hint):
        return _named(hint, components)
    raise TypeError(f"{hint!r} has no JSON schema; give its query a field that has one")


def _generic(hint: Any, components: dict[str, Schema]) -> Schema:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return {"anyOf": [schema_of(one, components) for one in arguments]}
    if origin is Literal:
        return {"enum": [*arguments]}
    if origin is tuple and arguments[-1:] != (...,):
        return {
            "type": "array",
            "prefixItems": [schema_of(one, components) for one in arguments],
            "minItems": len(arguments),
            "maxItems": len(arguments),
        }
    if issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": schema_of(arguments[1], components)}
    if issubclass(origin, Collection):
        return {"type": "array", "items": schema_of(arguments[0], components)}
    raise TypeError(f"{hint!r} has no JSON schema; give its query a field that has one")


def _named(kind: Any, components: dict[str, Schema]) -> Schema:
    name = kind.__name__
    if name not in components:
        components[name] = {}  # it may hold itself
        components[name] = {"type": "object", **_properties(kind, components)}
    return {"$ref": REFERENCE.format(name=name)}


def _properties(kind: Any, components: dict[str, Schema]) -> Schema:
    hints = get_type_hints(kind)
    found: Schema = {}
    for field in dataclasses.fields(kind):
        if field.metadata == FLAT:
            found.update(_properties(hints[field.name], components)["properties"])
        else:
            found[field.name] = schema_of(hints[field.name], components)
    return {"properties": found, "required": [*found]}
