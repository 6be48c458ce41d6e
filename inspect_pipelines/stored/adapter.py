"""What turns a type's values into JSON and back: pydantic over stdlib dataclasses, and a View in its text form.

JSON keys are strings and the domain knows no pydantic, so a View's text form is put into the schema that pydantic
makes of a type, before a validator and a serializer are made of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import SchemaSerializer, SchemaValidator, core_schema

from inspect_pipelines.domain.screenshot import View


class Adapter:
    """Both ways of one type; made once a process by `adapter`, since making one costs milliseconds."""

    def __init__(self, as_type: Any) -> None:
        schema = with_views_as_text(TypeAdapter(as_type).core_schema)
        validator = SchemaValidator(schema)
        serializer = SchemaSerializer(schema)
        self.validate_json = validator.validate_json
        self.validate_python = validator.validate_python
        self.dump_json = serializer.to_json
        self.dump_python = serializer.to_python


_ADAPTERS: dict[Any, Adapter] = {}


def adapter(as_type: Any) -> Adapter:
    """The adapter of a type."""
    found = _ADAPTERS.get(as_type)
    if found is None:
        found = _ADAPTERS[as_type] = Adapter(as_type)
    return found


def with_views_as_text(schema: Any) -> Any:
    """The same schema, in which each View is its text form."""
    if isinstance(schema, Mapping):
        if schema.get("type") == "dataclass" and schema.get("cls") is View:
            named = {"ref": schema["ref"]} if "ref" in schema else {}
            return {**VIEW, **named}
        return {name: with_views_as_text(part) for name, part in schema.items()}
    if isinstance(schema, list):
        return [with_views_as_text(part) for part in schema]
    if isinstance(schema, tuple):
        return tuple(with_views_as_text(part) for part in schema)
    return schema


def _view(value: object) -> View:
    if isinstance(value, View):
        return value
    if not isinstance(value, str) or "/" not in value or "@" not in value:
        raise ValueError("a view is written as 'playbook/name@viewport'")
    return View.parse(value)


VIEW = core_schema.no_info_plain_validator_function(
    _view, serialization=core_schema.to_string_ser_schema(when_used="always")
)
